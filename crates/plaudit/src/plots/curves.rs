//! Curves in a square: ROC, precision and recall, risk and coverage.

use plaudit_metrics::{PrCurve, RiskCoverage, RocCurve};

use super::Picture;
use super::frame::{DIAGONAL, Entry, Frame, Sample, Scale, draw_legend, left_out};
use super::look::{MOST_SERIES, look};
use super::picture::{Field, Table};
use super::svg::{GREY, Point, Stroke, Svg};
use super::text::percent;
use super::thin::{along, thin};

const SIDE: f64 = 420.0;

/// Returns the ROC curves with their areas and, for comparison, the diagonal of a classifier that guesses. At most
/// twelve are drawn, the first ones.
///
/// The CSV has a row a point: `label,auc,threshold,fpr,tpr`.
pub fn roc(curves: &[RocCurve]) -> Picture {
    let mut table = Table::new("label,auc,threshold,fpr,tpr");
    for curve in curves {
        for point in &curve.points {
            let [auc, fpr, tpr] = [curve.auc, point.fpr, point.tpr].map(Field::Number);
            table.push([Field::Name(&curve.label), auc, point.threshold.into(), fpr, tpr]);
        }
    }
    let frame = square(Scale::SHARES);
    let mut svg = Svg::new("ROC curve of each label against all others", &left_out(curves.len(), "curves"));
    frame.draw(&mut svg, "false positive rate (%)", "true positive rate (%)");
    frame.draw_diagonal(&mut svg);
    let lines = curves.iter().map(|curve| place(&frame, curve.points.iter().map(|point| (point.fpr, point.tpr))));
    draw_series(&mut svg, &frame, &lines.take(MOST_SERIES).collect::<Vec<_>>());
    let drawn = curves.iter().take(MOST_SERIES).enumerate();
    let mut entries: Vec<Entry> =
        drawn.map(|(place, curve)| Entry::series(place, &curve.label).with(decimals(curve.auc))).collect();
    entries.push(Entry::new(Sample::Line(DIAGONAL), "guessing").with("0.500"));
    draw_legend(&mut svg, (SIDE + 28.0, 8.0), &["area"], &entries);
    Picture::new("roc", svg.finish(), table)
}

/// Returns the precision-recall curves with their average precision and the base rate of each label, which is the
/// precision of a classifier that guesses; up to four curves have it as a line. At most twelve are drawn, the first
/// ones.
///
/// Curves are drawn as steps, because the area under the steps is the average precision. The CSV has a row a point:
/// `label,average_precision,base_rate,threshold,precision,recall`.
pub fn precision_recall(curves: &[PrCurve]) -> Picture {
    let mut table = Table::new("label,average_precision,base_rate,threshold,precision,recall");
    for curve in curves {
        for point in &curve.points {
            let [average, threshold, precision, recall] =
                [curve.average_precision, point.threshold, point.precision, point.recall].map(Field::Number);
            let base = base_rate(curve).into();
            table.push([Field::Name(&curve.label), average, base, threshold, precision, recall]);
        }
    }
    let frame = square(Scale::SHARES);
    let mut svg = Svg::new("Precision and recall of each label", &left_out(curves.len(), "curves"));
    frame.draw(&mut svg, "recall (%)", "precision (%)");
    let drawn = || curves.iter().take(MOST_SERIES).enumerate();
    let few = curves.len() <= MOST_BASES;
    for (place, curve) in drawn().filter(|_| few) {
        if let Some((_, y)) = base_rate(curve).and_then(|base| frame.at(0.0, base)) {
            svg.line(&[(0.0, y), (SIDE, y)], Stroke { colour: look(place).colour, width: 1.0, dash: BASE.dash });
        }
    }
    let lines: Vec<Vec<Point>> = drawn()
        .map(|(_, curve)| place(&frame, steps(curve.points.iter().map(|point| (point.recall, point.precision)))))
        .collect();
    draw_series(&mut svg, &frame, &lines);
    let mut entries: Vec<Entry> = drawn()
        .map(|(place, curve)| {
            let base = base_rate(curve).map_or("-".to_owned(), percent);
            Entry::series(place, &curve.label).with(decimals(curve.average_precision)).with(base)
        })
        .collect();
    if few {
        entries.push(Entry::new(Sample::Line(BASE), "base rate: guessing"));
    }
    draw_legend(&mut svg, (SIDE + 28.0, 8.0), &["avg. precision", "base rate"], &entries);
    Picture::new("precision_recall", svg.finish(), table)
}

/// More base rates are told in the legend alone: their lines would lie close to each other.
const MOST_BASES: usize = 4;
const BASE: Stroke = Stroke { colour: GREY, width: 1.0, dash: "1 3" };

/// The share of texts that have the label: the precision where all texts count as positive.
fn base_rate(curve: &PrCurve) -> Option<f64> {
    curve.points.last().map(|point| point.precision)
}

/// The height of each point over the width that it adds.
fn steps(points: impl Iterator<Item = Point> + Clone) -> impl Iterator<Item = Point> {
    let before = [0.0].into_iter().chain(points.clone().map(|(x, _)| x));
    before.zip(points).flat_map(|(before, (x, y))| [(before, y), (x, y)])
}

/// Returns the risk-coverage curve with the area under it: the share of wrong answers, the risk, where only the most
/// certain texts are answered. It is drawn as steps, because the area under the steps is the AURC.
///
/// The CSV has a row a point: `threshold,coverage,risk,aurc`.
pub fn risk_coverage(curve: &RiskCoverage) -> Picture {
    let mut table = Table::new("threshold,coverage,risk,aurc");
    for point in &curve.points {
        let figures = [point.threshold, point.coverage, point.risk].map(Field::Number);
        table.push(figures.into_iter().chain([curve.aurc.into()]));
    }
    let risks = curve.points.iter().map(|point| point.risk);
    let frame = square(Scale::around(risks.chain([0.0]), 5.0).in_percent());
    let mut note = "the share of errors where only the most certain texts are answered".to_owned();
    if let Some(aurc) = curve.aurc {
        note.push_str(&format!("; area under the curve {}", decimals(aurc)));
    }
    let mut svg = Svg::new("Risk and coverage", &note);
    frame.draw(&mut svg, "coverage: texts answered (%)", "risk: errors among the answers (%)");
    let line = steps(curve.points.iter().map(|point| (point.coverage, point.risk)));
    draw_series(&mut svg, &frame, &[place(&frame, line)]);
    let mut entries = vec![Entry::series(0, "least certain texts withheld")];
    let all = curve.points.last().map(|point| point.risk);
    if let Some((all, (_, y))) = all.and_then(|risk| Some((risk, frame.at(0.0, risk)?))) {
        svg.line(&[(0.0, y), (SIDE, y)], DIAGONAL);
        entries.push(Entry::new(Sample::Line(DIAGONAL), "all texts answered").with(percent(all)));
    }
    draw_legend(&mut svg, (SIDE + 28.0, 8.0), &["errors"], &entries);
    Picture::new("risk_coverage", svg.finish(), table)
}

fn square(y: Scale) -> Frame {
    Frame { top: 0.0, width: SIDE, height: SIDE, x: Scale::SHARES, y }
}

fn place(frame: &Frame, points: impl IntoIterator<Item = Point>) -> Vec<Point> {
    thin(points.into_iter().filter_map(|(x, y)| frame.at(x, y)))
}

/// Draws lines with markers at places of their own, so that lines that lie on each other can be told apart.
fn draw_series(svg: &mut Svg, frame: &Frame, lines: &[Vec<Point>]) {
    const MARKS: u8 = 4;
    if lines.iter().all(Vec::is_empty) {
        return frame.draw_nothing(svg);
    }
    for (place, line) in lines.iter().enumerate() {
        svg.line(line, look(place).stroke());
    }
    for (place, line) in lines.iter().enumerate() {
        let own = (place as f64 + 0.5) / lines.len() as f64;
        let marks = along(line, (0..MARKS).map(|k| (f64::from(k) + own) / f64::from(MARKS)));
        // A single place has no length.
        let marks = if marks.is_empty() { line.iter().take(1).copied().collect() } else { marks };
        marks.into_iter().for_each(|at| svg.mark(at, look(place), 4.0));
    }
}

fn decimals(value: f64) -> String {
    if value.is_finite() { format!("{value:.3}") } else { "-".to_owned() }
}
