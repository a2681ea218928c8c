//! The share of each label over time.

use std::collections::BTreeSet;

use plaudit_promotion::Share;

use super::Picture;
use super::frame::{BAND, Entry, Frame, Sample, Scale, draw_legend, left_out};
use super::look::{Look, MOST_SERIES, look};
use super::picture::{Field, Table};
use super::svg::{BLACK, Point, Stroke, Svg};
use super::thin::thin;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 360.0;

/// The shares of labels in one period.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Period {
    /// The period's name, as the picture shows it: `2024-05`, for example.
    pub name: String,
    /// The number of texts.
    pub texts: u64,
    /// The share of each label, with its interval where there is one.
    pub shares: Vec<Share>,
}

impl Period {
    /// Returns this period.
    pub fn new(name: impl Into<String>, texts: u64, shares: Vec<Share>) -> Self {
        Self { name: name.into(), texts, shares }
    }
}

/// Returns the share of each label by period, as a line, and its interval as a band. Periods stand side by side in the
/// order given; where a label has no share the line is broken, and a share alone has its interval as a bar. At most
/// twelve labels are drawn, the first ones.
///
/// The CSV has a row for each label of a period: `period,texts,label,count,share,low,high,level`.
pub fn prevalence(periods: &[Period]) -> Picture {
    let mut table = Table::new("period,texts,label,count,share,low,high,level");
    let (mut labels, mut seen) = (Vec::new(), BTreeSet::new());
    for period in periods {
        for share in &period.shares {
            let ends = share.interval.map(|i| [i.low, i.high, i.level]);
            let [low, high, level] = ends.map_or([None; 3], |ends| ends.map(Some)).map(Field::from);
            let names = [Field::Name(&period.name), Field::Count(period.texts), Field::Name(&share.label)];
            let figures = [Field::Count(share.count), Field::Number(share.value), low, high, level];
            table.push(names.into_iter().chain(figures));
            if seen.insert(&share.label) {
                labels.push(share.label.as_str());
            }
        }
    }
    let note = left_out(labels.len(), "labels");
    labels.truncate(MOST_SERIES);

    let all = || periods.iter().flat_map(|period| &period.shares);
    let highest = all().flat_map(|share| [Some(share.value), share.interval.map(|i| i.high)]).flatten();
    let y = Scale::around(highest.chain([0.0]), 5.0).in_percent();
    let frame = Frame { top: 0.0, width: WIDTH, height: HEIGHT, x: Scale::SHARES, y };
    let mut svg = Svg::new("Share of each label by period", &note);
    frame.draw_y(&mut svg, "share of texts (%)");
    svg.line(&[(0.0, HEIGHT), (WIDTH, HEIGHT)], Stroke::new(BLACK, 1.0));
    let names: Vec<&str> = periods.iter().map(|period| period.name.as_str()).collect();
    let step = WIDTH / periods.len().max(1) as f64;
    frame.draw_names(&mut svg, &names, step, "period");

    let mut runs: Vec<Vec<Vec<Place>>> = labels.iter().map(|label| runs(&frame, periods, label)).collect();
    // Intervals of single places would hide each other.
    let apart = (step / (labels.len() + 1) as f64).min(14.0);
    for (place, run) in
        runs.iter_mut().enumerate().flat_map(|(place, runs)| runs.iter_mut().map(move |run| (place, run)))
    {
        if let [single] = run.as_mut_slice() {
            single.shift(apart * (place as f64 - (labels.len() - 1) as f64 / 2.0));
        }
    }
    // Bands first: they hide no line.
    for (place, run) in runs.iter().enumerate().flat_map(|(place, runs)| runs.iter().map(move |run| (place, run))) {
        draw_band(&mut svg, run, look(place));
    }
    for (place, run) in runs.iter().enumerate().flat_map(|(place, runs)| runs.iter().map(move |run| (place, run))) {
        svg.line(&thin(run.iter().map(|place| place.at)), look(place).stroke());
        let every = run.len().div_ceil(MARKS).max(1);
        run.iter().step_by(every).for_each(|at| svg.mark(at.at, look(place), 4.0));
    }
    if runs.iter().all(Vec::is_empty) {
        frame.draw_nothing(&mut svg);
    }
    let mut entries: Vec<Entry> = labels.iter().enumerate().map(|(k, label)| Entry::series(k, label)).collect();
    if let Some(interval) = all().find_map(|share| share.interval) {
        entries.push(Entry::new(Sample::Band(look(0).colour), format!("{:.0} % interval", 100.0 * interval.level)));
    }
    draw_legend(&mut svg, (WIDTH + 28.0, 8.0), &[], &entries);
    Picture::new("prevalence", svg.finish(), table)
}

/// The most markers on a line.
const MARKS: usize = 24;

/// Where a share stands, and its interval's ends.
struct Place {
    at: Point,
    ends: Option<(Point, Point)>,
}

impl Place {
    fn shift(&mut self, dx: f64) {
        self.at.0 += dx;
        if let Some((low, high)) = &mut self.ends {
            low.0 += dx;
            high.0 += dx;
        }
    }
}

/// The places of a label's shares, one list for each run of periods that have one.
fn runs(frame: &Frame, periods: &[Period], label: &str) -> Vec<Vec<Place>> {
    let step = 1.0 / periods.len().max(1) as f64;
    let mut runs = vec![Vec::new()];
    for (place, period) in periods.iter().enumerate() {
        let x = (place as f64 + 0.5) * step;
        let share = period.shares.iter().find(|share| share.label == label);
        let found = share.and_then(|share| {
            let ends = share.interval.and_then(|i| Some((frame.at(x, i.low)?, frame.at(x, i.high)?)));
            Some(Place { at: frame.at(x, share.value)?, ends })
        });
        match (found, runs.last_mut()) {
            (Some(found), Some(run)) => run.push(found),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Draws the intervals of a run as a band, and of one place alone as a bar.
fn draw_band(svg: &mut Svg, run: &[Place], look: Look) {
    if let [Place { ends: Some(((x, low), (_, high))), .. }] = *run {
        svg.interval(x, (low, high), look.colour);
        return;
    }
    let ends = || run.iter().filter_map(|place| place.ends);
    let mut band = thin(ends().map(|(low, _)| low));
    let mut back = thin(ends().map(|(_, high)| high));
    back.reverse();
    band.append(&mut back);
    svg.area(&band, look.colour, BAND);
}
