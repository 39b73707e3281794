'use strict';
const state = new URLSearchParams(location.hash.slice(1));
// An address may also lead to a part of the page, which is no choice.
for (const [key, value] of [...state]) if (!value) state.delete(key);
const remember = () => history.replaceState(null, '', `${state}` ? `#${state}` : location.pathname + location.search);
const value = (row, column) => parseFloat(row.cells[column]?.dataset.value ?? '');
const isNumeric = (table, column) => [...table.tBodies[0].rows].some(row => !Number.isNaN(value(row, column)));

// Cells with a number are sorted by it, empty ones last; other columns by their text.
function sort(table, column, descending) {
  const rows = [...table.tBodies[0].rows];
  const numeric = isNumeric(table, column);
  const sign = descending ? -1 : 1;
  rows.sort((a, b) => {
    if (!numeric) return sign * a.cells[column].textContent.localeCompare(b.cells[column].textContent);
    const [x, y] = [value(a, column), value(b, column)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
    return sign * (x - y);
  });
  table.tBodies[0].append(...rows);
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
    section.hidden = !!(chosen('task') && section.dataset.task !== chosen('task'))
      || !!(chosen('model') && section.dataset.model !== chosen('model'));
    const tables = [...section.querySelectorAll('[data-metric]')];
    const shown = tables.some(table => table.dataset.metric === chosen('metric'))
      ? chosen('metric') : section.dataset.primary;
    tables.forEach(table => { table.hidden = table.dataset.metric !== shown; });
  });
  // A row may have a family and a ratio: it is shown where neither choice speaks against it.
  document.querySelectorAll('[data-family], [data-ratio]').forEach(element => {
    const family = element.dataset.family ?? 'reference';
    const ratio = element.dataset.ratio ?? '';
    element.hidden = !!(chosen('family') && family !== 'reference' && family !== chosen('family'))
      || !!(chosen('ratio') && ratio !== '' && ratio !== chosen('ratio'));
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