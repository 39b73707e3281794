'use strict';
const state = new URLSearchParams(location.hash.slice(1));
// An address may also lead to a part of the page, which is no choice.
for (const [key, value] of [...state]) if (!value) state.delete(key);
const remember = () => history.replaceState(null, '', `${state}` ? `#${state}` : location.pathname + location.search);
const value = (row, column) => parseFloat(row.cells[column]?.dataset.value ?? '');
const rowsOf = body => [...body.rows].filter(row => !row.classList.contains('family'));
const isNumeric = (table, column) =>
  [...table.tBodies].some(body => rowsOf(body).some(row => !Number.isNaN(value(row, column))));

// Cells with a number are sorted by it, empty ones last; other columns by their text; each family alone.
function sort(table, column, descending) {
  const numeric = isNumeric(table, column);
  const sign = descending ? -1 : 1;
  const compare = (a, b) => {
    if (!numeric) return sign * a.cells[column].textContent.localeCompare(b.cells[column].textContent);
    const [x, y] = [value(a, column), value(b, column)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
    return sign * (x - y);
  };
  for (const body of table.tBodies) body.append(...rowsOf(body).sort(compare));
  [...table.tHead.rows[0].cells].forEach((cell, i) => {
    if (i === column) cell.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
    else cell.removeAttribute('aria-sort');
  });
}

document.querySelectorAll('table.sortable').forEach(table => {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((cell, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener('click', () => {
      const sorted = cell.getAttribute('aria-sort');
      const descending = sorted ? sorted === 'ascending' : isNumeric(table, column);
      sort(table, column, descending);
      state.set('sort-' + table.id, column + (descending ? 'd' : 'a'));
      remember();
    });
  });
  const saved = /^(\d+)([ad])$/.exec(state.get('sort-' + table.id) ?? '');
  if (saved && +saved[1] < heads.length) sort(table, +saved[1], saved[2] === 'd');
});

const filters = document.getElementById('filters');
function filter() {
  const chosen = name => state.get(name) ?? '';
  document.querySelectorAll('section[data-task]').forEach(section => {
    const speaksAgainst = name => chosen(name) && (section.dataset[name] ?? chosen(name)) !== chosen(name);
    section.hidden = ['task', 'model', 'dataset'].some(speaksAgainst)
      || !!(chosen('family') && !section.querySelector(`tbody[data-family="${CSS.escape(chosen('family'))}"]`));
    const tables = [...section.querySelectorAll('[data-metric]')];
    const shown = tables.some(table => table.dataset.metric === chosen('metric'))
      ? chosen('metric') : section.dataset.primary;
    tables.forEach(table => { table.hidden = table.dataset.metric !== shown; });
  });
  // Families are parts of tables and pictures, ratios rows or columns, models columns.
  document.querySelectorAll('[data-family], [data-ratio]').forEach(element => {
    element.hidden = ['family', 'ratio', 'model'].some(name =>
      chosen(name) && element.dataset[name] && element.dataset[name] !== chosen(name));
  });
}
if (filters) {
  filters.hidden = false;
  filters.querySelectorAll('select').forEach(select => {
    select.value = state.get(select.name) ?? '';
    if (select.selectedIndex < 0) select.value = '';
    select.addEventListener('change', () => {
      if (select.value) state.set(select.name, select.value); else state.delete(select.name);
      remember();
      filter();
    });
  });
  filter();
}

// Which methods have colours in pictures: those that the page came with, but for the reader's own choices.
const series = [...document.querySelectorAll('[data-series]')];
const cameMuted = new Map(series.map(element => [element, element.classList.contains('muted')]));
const choice = name => new Set((state.get(name) ?? '').split(',').filter(Boolean));
function paint() {
  const [colored, muted] = [choice('colored'), choice('muted')];
  series.forEach(element => {
    const key = element.dataset.series;
    const isMuted = muted.has(key) || (cameMuted.get(element) && !colored.has(key));
    element.classList.toggle('muted', isMuted);
    element.querySelector('button')?.setAttribute('aria-pressed', !isMuted);
  });
}
function toggle(key, isMuted) {
  for (const name of ['colored', 'muted']) {
    const keys = choice(name);
    if ((name === 'muted') === isMuted) keys.add(key); else keys.delete(key);
    if (keys.size) state.set(name, [...keys].join()); else state.delete(name);
  }
  remember();
  paint();
}
series.forEach(element => {
  const figure = element.closest('figure');
  const point = isPointed => {
    figure.classList.toggle('pointing', isPointed);
    figure.querySelectorAll('[data-series]').forEach(other => {
      other.classList.toggle('pointed', isPointed && other.dataset.series === element.dataset.series);
    });
  };
  element.addEventListener('pointerenter', () => point(true));
  element.addEventListener('pointerleave', () => point(false));
  if (element.localName !== 'li') return;
  const button = document.createElement('button');
  button.type = 'button';
  button.title = 'Colour or grey in all pictures';
  button.append(...element.childNodes);
  element.append(button);
  button.addEventListener('focus', () => point(true));
  button.addEventListener('blur', () => point(false));
  button.addEventListener('click', () => toggle(element.dataset.series, !element.classList.contains('muted')));
});
paint();
