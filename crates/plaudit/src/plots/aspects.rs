//! How each aspect is spoken of.

use plaudit_insight::{AspectShare, AspectSummary};

use super::Picture;
use super::frame::{Entry, Frame, Sample, Scale, draw_legend};
use super::look::{GREEN, Look, Shape, VERMILION};
use super::picture::{Field, Table};
use super::svg::{Anchor, Font, GRID, NOTE, Stroke, Svg, TICK};
use super::text::{thousands, width};

const WIDTH: f64 = 420.0;
const ROW: f64 = 30.0;
/// More rows than this are not drawn.
const MOST_ROWS: usize = 60;

const POSITIVE: Look = Look { colour: GREEN, dash: "", shape: Shape::Up, filled: true };
const NEGATIVE: Look = Look { colour: VERMILION, dash: "", shape: Shape::Square, filled: false };

/// Returns the positive and the negative share of each aspect's mentions with their intervals, in the order given, and how many texts mention
/// it. At most 60 are drawn, the first ones.
///
/// The CSV has a row for each side of an aspect: `aspect,texts,mentions,side,of_side,share,low,high,level,difference,q_value`.
pub fn aspects(aspects: &[AspectSummary]) -> Picture {
    let mut table = Table::new("aspect,texts,mentions,side,of_side,share,low,high,level,difference,q_value");
    for summary in aspects {
        for (side, share) in [("positive", &summary.positive), ("negative", &summary.negative)] {
            let ends = share.interval.map(|i| [i.low, i.high, i.level]);
            let ends = ends.map_or([None; 3], |ends| ends.map(Some)).map(Field::from);
            let names = [Field::Name(&summary.aspect), Field::Count(summary.texts), Field::Count(summary.mentions)];
            let own = [Field::Word(side), Field::Count(share.mentions), Field::Number(share.share)];
            let tested = [summary.difference, summary.q_value].map(|value| match side {
                "negative" => Field::from(value),
                _ => Field::Word(""),
            });
            table.push(names.into_iter().chain(own).chain(ends).chain(tested));
        }
    }
    let drawn = aspects.get(..MOST_ROWS).unwrap_or(aspects);
    let note = match aspects.len() {
        all if all > drawn.len() => {
            format!("the first {MOST_ROWS} of {} aspects; all are in the CSV", thousands(all as u64))
        }
        _ => String::new(),
    };
    let mut svg = Svg::new("How each aspect is spoken of", &note);
    let height = ROW * drawn.len().max(3) as f64;
    let frame = Frame { top: 0.0, width: WIDTH, height, x: Scale::SHARES, y: Scale::SHARES };
    let level = drawn.iter().find_map(|summary| summary.negative.interval).map(|interval| 100.0 * interval.level);
    let title = level.map_or("share of mentions (%)".to_owned(), |level| {
        format!("share of mentions with its {level:.0} % interval (%)")
    });
    frame.draw_x(&mut svg, &title);
    let texts = drawn.iter().map(|summary| width(&thousands(summary.texts), TICK.size));
    let right = WIDTH + 14.0 + texts.fold(width("texts", TICK.size), f64::max);
    svg.text((right, -10.0), "texts", Font { anchor: Anchor::End, ..NOTE });
    for (row, summary) in drawn.iter().enumerate() {
        let y = (row as f64 + 0.5) * ROW;
        svg.line(&[(0.0, y), (WIDTH, y)], Stroke::new(GRID, 1.0));
        svg.text((-10.0, y), &summary.aspect, Font { anchor: Anchor::End, most: 240.0, ..TICK });
        draw(&mut svg, &frame, y - 6.0, &summary.positive, POSITIVE);
        draw(&mut svg, &frame, y + 6.0, &summary.negative, NEGATIVE);
        svg.text((right, y), &thousands(summary.texts), Font { anchor: Anchor::End, ..TICK });
    }
    if drawn.is_empty() {
        frame.draw_nothing(&mut svg);
    }
    let entry = |look, name: &str| Entry::new(Sample::Series(look), name);
    draw_legend(&mut svg, (right + 28.0, 8.0), &[], &[entry(POSITIVE, "positive"), entry(NEGATIVE, "negative")]);
    Picture::new("aspects", svg.finish(), table)
}

/// Draws a share and its interval at this height.
fn draw(svg: &mut Svg, frame: &Frame, y: f64, share: &AspectShare, look: Look) {
    let at = |value: f64| frame.at(value, 0.0).map(|(x, _)| x);
    let ends = share.interval.and_then(|interval| Some([at(interval.low)?, at(interval.high)?]));
    if let Some(ends) = ends {
        svg.line(&ends.map(|x| (x, y)), look.stroke());
        ends.iter().for_each(|&x| svg.line(&[(x, y - 3.0), (x, y + 3.0)], look.stroke()));
    }
    if let Some(x) = at(share.share) {
        svg.mark((x, y), look, 4.5);
    }
}
