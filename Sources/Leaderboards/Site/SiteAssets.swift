/// The style sheet and the script of the site.
enum SiteAssets {
    static let style = """
        :root {
          color-scheme: light dark;
          --text: #1b1f24; --soft: #59636e; --line: #d1d9e0; --back: #ffffff; --raised: #f6f8fa; --link: #0550ae;
          --mark: #fff1b8;
          --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #cc79a7; --c4: #a66f00; --c5: #3a86c8; --c6: #6f6f6f;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --back: #0d1117; --raised: #161b22; --link: #6cb6ff;
            --mark: #4d3d00;
            --c0: #56b4e9; --c1: #ff8c42; --c2: #2fc99a; --c3: #e39cc4; --c4: #e6b94c; --c5: #8fb8ff; --c6: #a8a8a8;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 1rem; }
        a { color: var(--link); }
        h1 { font-size: 1.6rem; margin: .5rem 0; }
        h2 { font-size: 1.25rem; margin: 2rem 0 .25rem; overflow-wrap: anywhere; }
        h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
        p { margin: .4rem 0; overflow-wrap: anywhere; }
        .soft { color: var(--soft); font-size: .9rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; }
        thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
        th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
        th[aria-sort=ascending] button::after { content: " \\2191"; }
        th[aria-sort=descending] button::after { content: " \\2193"; }
        tr.reference td { color: var(--soft); font-style: italic; }
        td small { display: block; color: var(--soft); font-style: normal; }
        .best { font-weight: 700; }
        form { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
        label { font-size: .9rem; color: var(--soft); }
        select { font: inherit; max-width: 100%; color: inherit; background: var(--raised); border: 1px solid var(--line);
          border-radius: 4px; padding: .15rem .3rem; }
        .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 1rem; }
        figure { margin: 0; min-width: 0; border: 1px solid var(--line); border-radius: 6px; padding: .5rem; }
        figcaption { font-size: .9rem; font-weight: 600; }
        svg { width: 100%; height: auto; display: block; }
        svg text { fill: var(--text); font: 11px system-ui, sans-serif; }
        svg .soft { fill: var(--soft); font-size: 11px; }
        svg .axis { stroke: var(--line); fill: none; }
        details { margin: .25rem 0; }
        summary { cursor: pointer; color: var(--soft); font-size: .9rem; }
        article { border-top: 1px solid var(--line); padding: .75rem 0; }
        blockquote { margin: .25rem 0; padding: .4rem .6rem; background: var(--raised); border-radius: 4px;
          overflow-wrap: anywhere; white-space: pre-wrap; }
        iframe { width: 100%; height: 12rem; border: 1px solid var(--line); border-radius: 4px; background: var(--back); }
        mark { background: var(--mark); color: inherit; }
        nav { font-size: .9rem; margin: .5rem 0; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .75rem; margin: .5rem 0; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        """

    /// Sorting and filtering; the choice is in the address.
    static let script = """
        'use strict';
        const state = new URLSearchParams(location.hash.slice(1));
        const remember = () => history.replaceState(null, '', state.size ? '#' + state : location.pathname + location.search);
        const number = cell => { const v = parseFloat(cell?.dataset.value ?? ''); return Number.isNaN(v) ? -Infinity : v; };

        function sort(table, column, descending) {
          const rows = [...table.tBodies[0].rows];
          const text = column === 0;
          rows.sort((a, b) => (descending ? -1 : 1) * (text
            ? a.cells[0].textContent.localeCompare(b.cells[0].textContent)
            : number(a.cells[column]) - number(b.cells[column])));
          table.tBodies[0].append(...rows);
          [...table.tHead.rows[0].cells].forEach((cell, i) => {
            if (i === column) cell.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
            else cell.removeAttribute('aria-sort');
          });
        }

        document.querySelectorAll('table.sortable').forEach(table => {
          [...table.tHead.rows[0].cells].forEach((cell, column) => {
            const button = document.createElement('button');
            button.type = 'button';
            button.append(...cell.childNodes);
            cell.append(button);
            button.addEventListener('click', () => {
              const descending = cell.getAttribute('aria-sort')
                ? cell.getAttribute('aria-sort') === 'ascending' : column !== 0;
              sort(table, column, descending);
              state.set('sort-' + table.id, column + (descending ? 'd' : 'a'));
              remember();
            });
          });
          const saved = /^(\\d+)([ad])$/.exec(state.get('sort-' + table.id) ?? '');
          if (saved && +saved[1] < table.tHead.rows[0].cells.length) sort(table, +saved[1], saved[2] === 'd');
        });

        const filters = document.getElementById('filters');
        function filter() {
          const chosen = name => state.get(name) ?? '';
          document.querySelectorAll('section[data-task]').forEach(section => {
            section.hidden = !!(chosen('task') && section.dataset.task !== chosen('task'))
              || !!(chosen('model') && section.dataset.model !== chosen('model'));
          });
          document.querySelectorAll('[data-family]').forEach(row => {
            row.hidden = !!chosen('family') && row.dataset.family !== chosen('family')
              && row.dataset.family !== 'reference';
          });
          document.querySelectorAll('[data-ratio]').forEach(cell => {
            cell.hidden = !!chosen('ratio') && cell.dataset.ratio !== '' && cell.dataset.ratio !== chosen('ratio');
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
        """
}
