//! How the page looks.

/// Readable on a screen, on a phone and on paper; dark letters on white, with nothing told by colour alone.
pub(super) const STYLE: &str = "\
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 1rem 0; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 2px solid #1a1a1a; }
h3 { font-size: 1.05rem; margin: 1.25rem 0 .35rem; }
p, ul { max-width: 46rem; }
figure { margin: 1rem 0; overflow-x: auto; }
figure svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; margin: .75rem 0; }
th, td { padding: .3rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid #d0d0d0; }
th { border-bottom: 2px solid #1a1a1a; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.findings { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: .9rem; padding: 0; max-width: none; list-style: none; }
.findings li { border: 1px solid #b0b0b0; border-left-width: .5rem; padding: .7rem .9rem; break-inside: avoid; }
.fix { border-left-color: #d55e00 !important; }
.emphasise { border-left-color: #009e73 !important; }
.watch { border-left-color: #e69f00 !important; }
.verdict { font-size: .82rem; letter-spacing: .04em; text-transform: uppercase; font-weight: 600; }
.findings h3 { margin: 0 0 .2rem; }
.findings p { margin: .25rem 0; font-size: .94rem; }
blockquote { margin: .4rem 0; padding-left: .8rem; border-left: 3px solid #d0d0d0; max-width: 46rem; }
cite { color: #595959; font-size: .82rem; font-style: normal; }
details { margin: .6rem 0; }
summary { cursor: pointer; }
pre { overflow-x: auto; font-size: .82rem; background: #f4f4f4; padding: .8rem; }
.small { color: #595959; font-size: .88rem; }
@media print { body { max-width: none; } details:not([open]) { display: none; } }
";
