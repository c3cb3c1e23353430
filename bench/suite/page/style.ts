/** What this page adds to the stylesheet of all pages. Colours tell whose a strategy is, letters which one. */
export const STYLE = `
.ours { --hue: var(--blue); } .virsh { --hue: var(--orange); } .peer { --hue: var(--purple); } .floor { --hue: var(--grey); }
.overview th, .overview td { font-weight: 400; } .overview .who { color: var(--hue); } .overview a { color: inherit; }
.overview b { font-size: 1.1rem; } .overview td[data-label="pause"] { white-space: nowrap; } .overview small { color: var(--text-soft); } .overview .price b { font-size: inherit; font-weight: 600; }
section > h2 small { display: block; font-weight: 400; font-size: 0.85rem; color: var(--text-soft); }
.lead { font-size: 1.2rem; line-height: 1.4; margin: 0 0 0.75rem; }
.winner { font-size: 1.4rem; }
.prices { display: block; font-size: 1rem; }
.price { display: inline-block; margin-right: 0.9rem; }
.warn { color: var(--bad); font-weight: 400; font-size: 0.85rem; }
.board { font-size: 1rem; }
.board th, .board td { vertical-align: middle; font-weight: 400; }
.board small { color: var(--text-soft); }
.board .pause { width: 40%; }
.board .pause > span { display: grid; grid-template-columns: 1fr 4.5rem; gap: 0.5rem; align-items: center; }
.board .pause svg { width: 100%; display: block; } .board .pause rect { fill: var(--hue); min-width: 2px; }
.board .best > * { font-weight: 700; }
.board .best { background: color-mix(in srgb, var(--hue) 10%, transparent); }
.board .floor > * { color: var(--text-soft); }
.letter { display: inline-block; width: 1.3rem; line-height: 1.3rem; border-radius: 50%; text-align: center; font-size: 0.75rem; background: var(--hue); color: var(--card); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem; margin-top: 1rem; }
.figures figure { background: var(--page); min-width: 0; }
.strip { display: grid; grid-template-columns: minmax(0, 12rem) 1fr; gap: 0 0.75rem; align-items: center; padding: 2px 0; }
.name { font-size: 0.85rem; line-height: 1.3; }
svg { overflow: visible; } svg text { font-size: 0.7rem; fill: var(--text-soft); }
svg.row { width: calc(100% - 2.5rem); margin: 0 1.25rem; display: block; }
.strip .caption { margin-left: 1.25rem; }
.row > circle { fill: var(--hue); opacity: 0.55; }
.median { stroke: var(--text); stroke-width: 3; }
.grid { stroke: var(--line); }
.pareto { display: grid; grid-template-columns: 4.5rem 1fr; gap: 0 0.5rem; padding: 16px 1.5rem 0 0; }
.y-axis, .plot-area, .x-axis { width: 100%; display: block; } .x-axis { grid-column: 2; margin-top: 6px; }
.run { fill: var(--hue); opacity: 0.4; }
.point circle { fill: var(--hue); } .point text { text-anchor: middle; fill: var(--card); font-size: 0.75rem; font-weight: 700; }
.point .ring { fill: none; stroke: var(--text); stroke-width: 2; }
.figures .legend { font-size: 0.85rem; margin-top: 0.5rem; }
.swatch { vertical-align: -1px; }
rect.qemu { fill: var(--grey); } rect.libvirt-first { fill: var(--purple); } rect.transfer { fill: var(--blue); }
rect.libvirt-last { fill: var(--orange); } rect.after { fill: var(--line); }
@media (max-width: 45rem) {
  .lead { font-size: 1.05rem; } .winner { font-size: 1.2rem; }
  .board thead, .overview thead { display: none; }
  .overview tr { display: block; padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
  .overview th, .overview td { display: block; border: 0; padding: 0.05rem 0; }
  .overview td[data-label]::before { content: attr(data-label) ' '; color: var(--text-soft); }
  .board tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); border-bottom: 1px solid var(--line); padding: 0.4rem 0; }
  .board th, .board td { border: 0; padding: 0.1rem 0.4rem 0.1rem 0; font-size: 0.85rem; }
  .board th[scope="row"], .board td.pause { grid-column: 1 / -1; width: auto; font-size: 1rem; }
  .board td[data-label]::before { content: attr(data-label); display: block; font-size: 0.75rem; color: var(--text-soft); }
  .board td small { display: block; }
  .strip { grid-template-columns: minmax(0, 1fr); }
}
`;
