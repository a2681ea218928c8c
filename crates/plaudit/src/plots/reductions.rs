//! How far the negative reactions to each label's posts lie below the baseline.

use plaudit_promotion::reactions::{Estimate, LabelFigures, ReactionReport};

use super::Picture;
use super::frame::{Entry, Frame, Sample, Scale, draw_legend};
use super::look::{Look, look};
use super::picture::{Field, Table};
use super::svg::{Anchor, BLACK, Font, GREY, GRID, NOTE, Stroke, Svg, TICK};
use super::text::{percent, thousands, width};

const WIDTH: f64 = 440.0;
/// The height of one interval, and the room between labels.
const LINE: f64 = 14.0;
const ROOM: f64 = 12.0;
/// More labels than this, and more readings, are not drawn.
const MOST_LABELS: usize = 40;
const MOST_READINGS: usize = 6;
/// How far below its value (or below 0, where that is less) an interval is drawn, as a share of the baseline's: intervals of
/// reductions have no lower bound.
const FARTHEST: f64 = 1.5;

/// Returns the relative reduction of negative reactions of each label against the baseline, with an interval for each
/// reading: what is taken to vary. Beside it stand the label's posts and its negative share. Reactions are taken for what
/// the configuration says; the variants are not drawn. At most 40 labels and six readings are drawn, the first ones; an
/// interval that goes far below ends in an arrow.
///
/// The CSV has a row for each reading of a label:
/// `label,posts,positive,negative,negative_share,share_low,share_high,reading,reduction,low,high`.
///
/// ```
/// use plaudit::{plots, promotion::reactions::{Reactions, ReactionsConfig}};
///
/// let report = ReactionsConfig::default().report(&Reactions::dpms())?;
/// let picture = plots::reductions(&report);
/// assert!(picture.svg.contains("the baseline has 32.9 % negative reactions"));
/// # Ok::<(), plaudit::Error>(())
/// ```
pub fn reductions(report: &ReactionReport) -> Picture {
    let figures = &report.declared;
    let drawn = figures.labels.get(..MOST_LABELS).unwrap_or(&figures.labels);
    // The places of the readings that have an estimate of some label.
    let estimate = |label: &LabelFigures, place: usize| label.reductions.get(place).and_then(|r| r.estimate);
    let readings = figures.labels.first().map_or(0, |label| label.reductions.len());
    let mut places: Vec<usize> =
        (0..readings).filter(|&place| figures.labels.iter().any(|label| estimate(label, place).is_some())).collect();
    let mut notes =
        left_out([(places.len(), MOST_READINGS, "readings"), (figures.labels.len(), MOST_LABELS, "labels")]);
    places.truncate(MOST_READINGS);
    let all = || drawn.iter().flat_map(|label| places.iter().filter_map(|&place| estimate(label, place)));
    let least = all().map(|e| e.low.max(e.value.min(0.0) - FARTHEST)).fold(0.0, f64::min);

    let level = (report.config.level * 1e6).round() / 1e4;
    notes.push(figures.baseline_share.map_or_else(
        || "there is no baseline to compare with".to_owned(),
        |share| format!("the baseline has {} negative reactions; intervals of {level} %", percent(share)),
    ));
    let mut svg = Svg::new("Reduction of negative reactions", &notes.join("; "));
    let row = ROOM + LINE * places.len().max(1) as f64;
    let x = Scale::around([least, 1.0], 6.0).in_percent();
    let frame = Frame { top: 0.0, width: WIDTH, height: row * drawn.len().max(2) as f64, x, y: Scale::SHARES };
    frame.draw_x(&mut svg, "more negative  |  less negative than the baseline, relative (%)");
    if let Some((x, _)) = frame.at(0.0, 0.0) {
        svg.line(&[(x, 0.0), (x, frame.height)], Stroke::new(BLACK, 1.5));
    }
    for (index, label) in drawn.iter().enumerate() {
        let top = row * index as f64;
        svg.line(&[(0.0, top), (WIDTH, top)], Stroke::new(GRID, 1.0));
        svg.text((-10.0, top + row / 2.0), &label.label, Font { anchor: Anchor::End, most: 240.0, ..TICK });
        for (series, &place) in places.iter().enumerate() {
            let y = top + ROOM / 2.0 + LINE * (series as f64 + 0.5);
            draw_estimate(&mut svg, &frame, (y, least), estimate(label, place), look(series));
        }
    }
    if places.is_empty() {
        frame.draw_nothing(&mut svg);
    }
    let right = draw_columns(&mut svg, drawn, row);
    let name = |place: usize| figures.labels.first().and_then(|label| label.reductions.get(place));
    let entry = |(series, &place): (usize, &usize)| {
        let name = name(place).map_or_else(String::new, |reduction| reduction.reading.to_string());
        Entry::new(Sample::Series(look(series)), name)
    };
    let entries: Vec<Entry> = places.iter().enumerate().map(entry).collect();
    draw_legend(&mut svg, (right + 28.0, 8.0), &[], &entries);
    Picture::new("reductions", svg.finish(), table(&figures.labels))
}

/// What the picture does not show, of so many things with so many drawn at most.
fn left_out(counts: [(usize, usize, &str); 2]) -> Vec<String> {
    let more = counts.into_iter().filter(|&(count, most, _)| count > most);
    more.map(|(count, most, what)| format!("the first {most} of {} {what}", thousands(count as u64))).collect()
}

/// Draws an estimate at this height; no part of it lies before `least`.
fn draw_estimate(svg: &mut Svg, frame: &Frame, (y, least): (f64, f64), estimate: Option<Estimate>, look: Look) {
    let Some(Estimate { value, low, high, .. }) = estimate else {
        return svg.text((6.0, y), "not identified", Font { size: 10.0, colour: GREY, ..NOTE });
    };
    let at = |value: f64| frame.at(value.max(least), 0.0).map(|(x, _)| x);
    let (Some(left), Some(middle), Some(right)) = (at(low), at(value), at(high)) else { return };
    svg.line(&[(left, y), (right, y)], look.stroke());
    let foot = |x: f64| [(x, y - 4.0), (x, y + 4.0)];
    svg.line(&foot(right), Stroke::new(look.colour, 2.0));
    if low < least {
        svg.area(&[(left - 2.0, y), (left + 7.0, y - 4.5), (left + 7.0, y + 4.5)], look.colour, 1.0);
    } else {
        svg.line(&foot(left), Stroke::new(look.colour, 2.0));
    }
    svg.mark((middle, y), look, 4.5);
}

/// Draws the number of posts and the negative share of each label, and returns where these columns end.
fn draw_columns(svg: &mut Svg, labels: &[LabelFigures], row: f64) -> f64 {
    let share = |label: &LabelFigures| label.negative_share.map_or_else(|| "-".to_owned(), |e| percent(e.value));
    let columns = [
        ("posts", labels.iter().map(|label| thousands(label.posts)).collect::<Vec<_>>()),
        ("negative", labels.iter().map(share).collect()),
    ];
    columns.into_iter().fold(WIDTH, |left, (heading, values)| {
        let wide = values.iter().map(|value| width(value, TICK.size)).fold(width(heading, TICK.size), f64::max);
        let right = left + 16.0 + wide;
        svg.text((right, -10.0), heading, Font { anchor: Anchor::End, ..NOTE });
        for (index, value) in values.iter().enumerate() {
            svg.text((right, row * (index as f64 + 0.5)), value, Font { anchor: Anchor::End, ..TICK });
        }
        right
    })
}

/// The data of the picture, and of what it leaves out.
fn table(labels: &[LabelFigures]) -> Table {
    let heading = "label,posts,positive,negative,negative_share,share_low,share_high,reading,reduction,low,high";
    let mut table = Table::new(heading);
    let ends = |e: Option<Estimate>| [e.map(|e| e.value), e.map(|e| e.low), e.map(|e| e.high)].map(Field::from);
    for label in labels {
        for reduction in &label.reductions {
            let reading = reduction.reading.to_string();
            let counts = [label.posts, label.tally.positive, label.tally.negative].map(Field::Count);
            let row = [Field::Name(&label.label)].into_iter().chain(counts).chain(ends(label.negative_share));
            table.push(row.chain([Field::Name(&reading)]).chain(ends(reduction.estimate)));
        }
    }
    table
}
