/// The style sheet of the site. Nothing is loaded from elsewhere; light and dark follow the reader's choice.
enum SiteAssets {
    static let style = """
        :root {
          color-scheme: light dark;
          --text: #1b1f24; --soft: #57606a; --line: #d8dee4; --back: #ffffff; --raised: #f6f8fa; --link: #0550ae;
          --mark: #ffe08a; --bar: #4c9bd6;
          --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #b8578f; --c4: #946200; --c5: #3a86c8; --c6: #6f6f6f;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --text: #e6edf3; --soft: #9aa4ae; --line: #343b43; --back: #0d1117; --raised: #171c23; --link: #79bbff;
            --mark: #5d4a00; --bar: #3f83b8;
            --c0: #56b4e9; --c1: #ff8c42; --c2: #2fc99a; --c3: #e39cc4; --c4: #e6b94c; --c5: #8fb8ff; --c6: #a8a8a8;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
        header { border-bottom: 1px solid var(--line); font-size: .9rem; }
        header nav, main { max-width: 1320px; margin: 0 auto; padding: .5rem 1rem; overflow-wrap: anywhere; }
        main { padding-bottom: 4rem; }
        a { color: var(--link); text-decoration: none; }
        a:hover, p a, li a { text-decoration: underline; }
        :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
        h1 { font-size: 1.75rem; line-height: 1.25; margin: .75rem 0 .5rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.3rem; margin: 2.75rem 0 .25rem; overflow-wrap: anywhere; }
        h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
        p { margin: .4rem 0; overflow-wrap: anywhere; }
        .lead { font-size: 1.05rem; }
        .soft { color: var(--soft); font-size: .875rem; }
        .contents { font-size: .9rem; margin: .75rem 0; }
        code { font: .9em ui-monospace, monospace; }

        .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; }
        table { border-collapse: separate; border-spacing: 0; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 100%; }
        th, td { padding: .4rem .75rem; text-align: right; white-space: nowrap; vertical-align: top;
          overflow-wrap: break-word; }
        tbody tr + tr > * { border-top: 1px solid var(--line); }
        th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--back);
          white-space: normal; min-width: min(9rem, 30vw); }
        thead th, thead th:first-child { background: var(--raised); color: var(--soft); font-weight: 600; }
        tbody tr:hover td { background-color: var(--raised); }
        th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
        th button::after { content: " \\2195"; opacity: .35; }
        th[aria-sort=ascending] button::after { content: " \\2191"; opacity: 1; }
        th[aria-sort=descending] button::after { content: " \\2193"; opacity: 1; }
        tr.reference td { color: var(--soft); }
        tr.reference a { color: inherit; font-style: italic; }
        td small { display: block; color: var(--soft); }
        td.score { font-size: 1.05rem; min-width: 9.5rem; padding-bottom: .75rem; background-repeat: no-repeat;
          background-origin: content-box; background-clip: content-box; padding-left: 1rem; padding-right: 1rem;
          background-image: linear-gradient(var(--bar), var(--bar)), linear-gradient(var(--line), var(--line));
          background-size: var(--wide) 4px, 100% 2px; background-position: var(--at) 100%, 0 calc(100% - 1px); }
        td.score small { font-size: .78rem; padding-bottom: .5rem; }
        tr.reference td.score { --bar: var(--c6); }
        .best { font-weight: 750; }

        form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; margin: 1rem -1rem; padding: .5rem 1rem;
          position: sticky; top: 0; z-index: 2; background: var(--back); border-bottom: 1px solid var(--line); }
        label { font-size: .9rem; color: var(--soft); }
        select { font: inherit; max-width: 100%; color: var(--text); background: var(--raised);
          border: 1px solid var(--line); border-radius: 6px; padding: .15rem .3rem; }
        [hidden] { display: none !important; }
        [id] { scroll-margin-top: 4.5rem; }

        .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 1rem;
          margin: .5rem 0; }
        figure { margin: 0; min-width: 0; border: 1px solid var(--line); border-radius: 8px; padding: .6rem .75rem; }
        figcaption { font-size: .9rem; font-weight: 600; margin-bottom: .25rem; }
        svg { width: 100%; height: auto; display: block; max-width: 640px; margin: 0 auto; }
        svg text { fill: var(--text); font: 11px system-ui, sans-serif; }
        svg .soft { fill: var(--soft); font-size: 11px; }
        svg .small { fill: var(--soft); font-size: 9px; }
        svg .axis { stroke: var(--line); fill: none; }
        details { margin: .25rem 0; min-width: 0; }
        summary { cursor: pointer; color: var(--soft); font-size: .875rem; }

        article { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem .7rem; margin: .75rem 0; }
        article h2 { font-size: 1rem; margin: .2rem 0; }
        .chip { display: inline-block; font-size: .78rem; font-weight: 400; color: var(--soft); margin-left: .25rem;
          border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem; white-space: nowrap; }
        .chip.main { color: var(--text); font-weight: 600; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: .25rem 1rem; }
        .pair > div { min-width: 0; }
        blockquote { margin: .25rem 0; padding: .4rem .6rem; background: var(--raised); border-radius: 6px;
          overflow-wrap: anywhere; white-space: pre-wrap; }
        .context { padding: .4rem .6rem; border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap;
          font-size: .9rem; max-height: 24rem; overflow-y: auto; }
        mark { background: var(--mark); color: inherit; border-radius: 2px; }
        nav { margin: .5rem 0; }
        dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .15rem 1rem; margin: .75rem 0;
          font-size: .95rem; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
        @media (max-width: 640px) {
          form { position: static; } [id] { scroll-margin-top: 0; }
          th:first-child, td:first-child { max-width: 9rem; }
        }
        @media print { form { display: none; } .scroll { overflow: visible; } }
        """
}
