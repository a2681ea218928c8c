//! What was decided about each division, and how sure it is.

use plaudit_promotion::{DivisionVerdict, Reason, Verdict, Verdicts};

use super::Picture;
use super::frame::{DIAGONAL, Entry, Frame, Sample, Scale, draw_legend};
use super::look::{BLUE, GREEN, Look, Shape, VERMILION};
use super::picture::{Field, Table};
use super::svg::{Anchor, BLACK, Font, GREY, GRID, NOTE, Stroke, Svg, TICK};
use super::text::{thousands, width};

const WIDTH: f64 = 420.0;
const ROW: f64 = 24.0;
/// More rows than this are not drawn.
const MOST_ROWS: usize = 200;

/// Returns the score of each division with its interval, highest first, the score that promotion needs, the number of
/// answers and the verdict. Divisions without a score stand last, in their own order. At most 200 are drawn, the
/// highest.
///
/// A verdict also depends on limits for single labels, which [`Reason`]s name: a division may be held though its score
/// is high. The CSV has a row a division, in the survey's order:
/// `division,answers,score,low,high,level,needed,risk,verdict`.
pub fn verdicts(verdicts: &Verdicts) -> Picture {
    let mut table = Table::new("division,answers,score,low,high,level,needed,risk,verdict");
    for decided in verdicts {
        let interval = decided.score_interval;
        let [low, high, level] = [interval.map(|i| i.low), interval.map(|i| i.high), interval.map(|i| i.level)];
        let names = [Field::Name(&decided.division), Field::Count(decided.n)];
        let figures = [decided.score, low, high, level, needed(decided), decided.risk].map(Field::from);
        let verdict = decided.verdict.to_string();
        table.push(names.into_iter().chain(figures).chain([Field::Word(&verdict)]));
    }

    let mut sorted: Vec<&DivisionVerdict> = verdicts.iter().collect();
    let place = |decided: &DivisionVerdict| score(decided).unwrap_or(f64::NEG_INFINITY);
    sorted.sort_by(|a, b| place(b).total_cmp(&place(a))); // stable
    sorted.truncate(MOST_ROWS);
    let mut bounds: Vec<f64> = sorted.iter().filter_map(|decided| needed(decided)).collect();
    bounds.retain(|bound| bound.is_finite());
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();

    let mut svg = Svg::new("Verdicts by division", &note(verdicts, sorted.len()));
    let scores = sorted.iter().filter_map(|decided| score(decided));
    let ends = sorted.iter().filter_map(|decided| decided.score_interval).flat_map(|i| [i.low, i.high]);
    let values: Vec<f64> = scores.chain(ends).chain(bounds.iter().copied()).collect();
    let scored = !values.is_empty() || sorted.is_empty();
    let (width, height) = (WIDTH, ROW * sorted.len().max(3) as f64);
    let y = Scale::SHARES; // rows have places of their own
    let frame = Frame { top: 0.0, width, height, x: Scale::around(values, 6.0), y };
    if scored {
        let level = sorted.iter().find_map(|decided| decided.score_interval).map(|interval| interval.level);
        let title = level.map_or("score".to_owned(), |level| format!("score with its {:.0} % interval", 100.0 * level));
        frame.draw_x(&mut svg, &title);
        for row in 0..sorted.len() {
            let y = (row as f64 + 0.5) * ROW;
            svg.line(&[(0.0, y), (WIDTH, y)], Stroke::new(GRID, 1.0));
        }
    }
    for (x, _) in bounds.iter().filter_map(|&bound| frame.at(bound, 0.0)) {
        svg.line(&[(x, 0.0), (x, height)], DIAGONAL);
    }
    draw_rows(&mut svg, &frame, &sorted);
    if sorted.is_empty() {
        frame.draw_nothing(&mut svg);
    }
    if !bounds.is_empty() {
        let listed = bounds.iter().take(3).map(f64::to_string).collect::<Vec<_>>().join(", ");
        let entry = Entry::new(Sample::Line(DIAGONAL), "score that promotion needs").with(listed);
        draw_legend(&mut svg, (0.0, height + 62.0), &[], &[entry]);
    }
    Picture::new("verdicts", svg.finish(), table)
}

/// What the picture does not show.
fn note(verdicts: &Verdicts, drawn: usize) -> String {
    if drawn < verdicts.len() {
        return format!("the {drawn} highest of {} divisions; all are in the CSV", thousands(verdicts.len() as u64));
    }
    let mut reasons = verdicts.iter().flat_map(|decided| &decided.reasons);
    if reasons.any(|reason| matches!(reason, Reason::Limit { .. })) {
        return "limits for single labels also decide".to_owned();
    }
    String::new()
}

fn draw_rows(svg: &mut Svg, frame: &Frame, sorted: &[&DivisionVerdict]) {
    let answers = sorted.iter().map(|decided| width(&thousands(decided.n), TICK.size));
    let answers = WIDTH + 14.0 + answers.fold(width("answers", TICK.size), f64::max);
    svg.text((answers, -10.0), "answers", Font { anchor: Anchor::End, ..NOTE });
    svg.text((answers + 20.0, -10.0), "verdict", NOTE);
    for (row, decided) in sorted.iter().enumerate() {
        let y = (row as f64 + 0.5) * ROW;
        let name = if decided.division.is_empty() { "(no division)" } else { &decided.division };
        svg.text((-10.0, y), name, Font { anchor: Anchor::End, most: 240.0, ..TICK });
        let look = look(decided.verdict);
        let ends = decided.score_interval.and_then(|i| Some([frame.at(i.low, 0.0)?.0, frame.at(i.high, 0.0)?.0]));
        if let Some(ends) = ends {
            svg.line(&ends.map(|x| (x, y)), Stroke::new(look.colour, 2.0));
            for x in ends {
                svg.line(&[(x, y - 4.0), (x, y + 4.0)], Stroke::new(look.colour, 2.0));
            }
        }
        match score(decided).and_then(|score| frame.at(score, 0.0)) {
            Some((x, _)) => svg.mark((x, y), look, 5.5),
            None => svg.text((WIDTH / 2.0, y), "no score", Font { anchor: Anchor::Middle, colour: GREY, ..TICK }),
        }
        svg.text((answers, y), &thousands(decided.n), Font { anchor: Anchor::End, ..TICK });
        svg.mark((answers + 26.0, y), look, 5.0);
        svg.text((answers + 38.0, y), &decided.verdict.to_string(), TICK);
    }
}

fn score(decided: &DivisionVerdict) -> Option<f64> {
    decided.score.filter(|score| score.is_finite())
}

/// The score that promotion needs, where the rule said so.
fn needed(decided: &DivisionVerdict) -> Option<f64> {
    decided.reasons.iter().find_map(|reason| match reason {
        Reason::Score { min, .. } => Some(*min),
        _ => None,
    })
}

fn look(verdict: Verdict) -> Look {
    let (colour, shape, filled) = match verdict {
        Verdict::Promote => (GREEN, Shape::Up, true),
        Verdict::Hold => (VERMILION, Shape::Square, true),
        Verdict::Improve => (VERMILION, Shape::Square, false),
        Verdict::NeedsMoreData => (BLUE, Shape::Circle, false),
        _ => (BLACK, Shape::Diamond, false),
    };
    Look { colour, dash: "", shape, filled }
}
