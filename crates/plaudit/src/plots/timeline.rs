//! Posts, and hits among them, over time.

use plaudit_insight::{Alert, Period, Segment, Series};

use super::Picture;
use super::frame::{BAND, DIAGONAL, Entry, Frame, Sample, Scale, draw_legend};
use super::look::{Look, Shape, VERMILION, look};
use super::picture::{Field, Table};
use super::svg::{BLACK, Point, Stroke, Svg};
use super::thin::thin;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 300.0;

const ALERT: Look = Look { colour: VERMILION, dash: "", shape: Shape::Star, filled: true };

/// Returns posts and hits of each period as lines, what the hits are being `hits`; changes of their rate as upright lines, and alerts
/// as stars. Periods stand side by side, those without a post, too.
///
/// `segments` and `alerts` are those of this series: [`ChangePoints::segments`](plaudit_insight::ChangePoints) and
/// [`Alerts::alerts`](plaudit_insight::Alerts), or nothing.
///
/// The CSV has a row a period: `from,posts,hits,change,alert`, the last two 1 where a stretch or an alert begins, and else 0.
pub fn timeline(series: &Series, hits: &str, segments: &[Segment], alerts: &[Alert]) -> Picture {
    let periods = series.posts().len();
    let changes: Vec<usize> = segments.iter().skip(1).map(|segment| segment.first).collect();
    let mut table = Table::new("from,posts,hits,change,alert");
    let counts = || series.posts().iter().copied().zip(series.hits().iter().copied());
    let names: Vec<String> = (0..periods).map(|index| series.name(index)).collect();
    for (index, (name, (posts, of_hits))) in names.iter().zip(counts()).enumerate() {
        let alert = alerts.iter().any(|alert| alert.first == index);
        let flags = [changes.contains(&index), alert].map(|flag| Field::Count(u64::from(flag)));
        table.push([Field::Word(name), Field::Count(posts), Field::Count(of_hits)].into_iter().chain(flags));
    }
    let most = series.posts().iter().copied().max().unwrap_or(0) as f64;
    let frame = Frame { top: 0.0, width: WIDTH, height: HEIGHT, x: Scale::SHARES, y: Scale::whole(0.0, most, 5.0) };
    let untimed = match series.untimed() {
        0 => String::new(),
        posts => format!("{posts} posts without a time are left out"),
    };
    let mut svg = Svg::new(&format!("Posts and {hits} by {}", word(series.period())), &untimed);
    frame.draw_y(&mut svg, "posts");
    svg.line(&[(0.0, HEIGHT), (WIDTH, HEIGHT)], Stroke::new(BLACK, 1.0));
    let step = WIDTH / periods.max(1) as f64;
    let shown: Vec<&str> = names.iter().map(String::as_str).collect();
    frame.draw_names(&mut svg, &shown, step, "first day");
    let x = |index: usize| (index as f64 + 0.5) / periods.max(1) as f64;
    for left in changes.iter().map(|&index| index as f64 * step) {
        svg.line(&[(left, 0.0), (left, HEIGHT)], DIAGONAL);
    }
    let line = |values: &[u64]| -> Vec<Point> {
        values.iter().enumerate().filter_map(|(index, &value)| frame.at(x(index), value as f64)).collect()
    };
    let (posts, of_hits) = (line(series.posts()), line(series.hits()));
    if let (Some(first), Some(last)) = (of_hits.first(), of_hits.last()) {
        let floor = [(last.0, HEIGHT), (first.0, HEIGHT)];
        svg.area(&[thin(of_hits.iter().copied()), floor.to_vec()].concat(), look(1).colour, BAND);
    }
    for (place, points) in [posts, of_hits].into_iter().enumerate() {
        svg.line(&thin(points.iter().copied()), look(place).stroke());
        if let [single] = points.as_slice() {
            svg.mark(*single, look(place), 4.0);
        }
    }
    for alert in alerts {
        let value = series.hits().get(alert.first).copied().unwrap_or(0);
        if let Some(at) = frame.at(x(alert.first), value as f64) {
            svg.mark(at, ALERT, 6.0);
        }
    }
    if periods == 0 {
        frame.draw_nothing(&mut svg);
    }
    let mut entries = vec![Entry::series(0, "posts"), Entry::series(1, hits)];
    if !changes.is_empty() {
        entries.push(Entry::new(Sample::Line(DIAGONAL), "change of the rate"));
    }
    if !alerts.is_empty() {
        entries.push(Entry::new(Sample::Series(ALERT), "alert"));
    }
    draw_legend(&mut svg, (WIDTH + 28.0, 8.0), &[], &entries);
    Picture::new("timeline", svg.finish(), table)
}

fn word(period: Period) -> &'static str {
    match period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
        _ => "period",
    }
}
