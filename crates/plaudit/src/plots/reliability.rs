//! Whether probabilities come true.

use plaudit_metrics::Reliability;

use super::Picture;
use super::frame::{DIAGONAL, Entry, Frame, Sample, Scale, draw_legend};
use super::look::{BLUE, look};
use super::picture::{Field, Table};
use super::svg::{Stroke, Svg};
use super::text::{counted, percent};
use super::thin::thin;

const SIDE: f64 = 420.0;

/// Returns the reliability diagram: for each bin the mean probability that was given and the share in which it came
/// true, with its interval, and below the number of its texts. On the diagonal, probabilities mean what they say.
///
/// M. H. DeGroot and S. E. Fienberg, *The comparison and evaluation of forecasters*, The Statistician 32 (1983). The
/// CSV has a row a bin: `promised,observed,low,high,level,texts`.
pub fn reliability(reliability: &Reliability) -> Picture {
    let mut table = Table::new("promised,observed,low,high,level,texts");
    for bin in &reliability.bins {
        let [low, high, level] = match bin.interval {
            Some(interval) => [interval.low, interval.high, interval.level].map(Field::Number),
            None => [None; 3].map(Field::from),
        };
        let numbers = [Field::Number(bin.promised), Field::Number(bin.observed), low, high, level];
        table.push(numbers.into_iter().chain([Field::Count(bin.texts)]));
    }
    let texts = reliability.bins.iter().fold(0, |sum: u64, bin| sum.saturating_add(bin.texts));
    let mut note = format!("{} in {}", counted(texts, "text"), counted(reliability.bins.len() as u64, "bin"));
    if let Some(error) = reliability.error {
        note.push_str(&format!("; calibration error {}", percent(error)));
    }
    let mut svg = Svg::new("Reliability: do probabilities come true?", &note);
    let frame = Frame { top: 0.0, width: SIDE, height: SIDE, x: Scale::SHARES, y: Scale::SHARES };
    frame.draw_x(&mut svg, "");
    frame.draw_y(&mut svg, "share that came true (%)");
    frame.draw_diagonal(&mut svg);

    let look = look(0);
    let placed = || reliability.bins.iter().filter_map(|bin| Some((bin, frame.at(bin.promised, bin.observed)?)));
    for (bin, (x, _)) in placed() {
        let ends = bin.interval.and_then(|i| Some((frame.at(0.0, i.low)?.1, frame.at(0.0, i.high)?.1)));
        if let Some((low, high)) = ends {
            svg.interval(x, (low, high), BLUE);
        }
    }
    svg.line(&thin(placed().map(|(_, at)| at)), Stroke::new(BLUE, 1.0));
    placed().for_each(|(_, at)| svg.mark(at, look, 4.5));
    if placed().next().is_none() {
        frame.draw_nothing(&mut svg);
    }

    let counts = reliability.bins.iter().map(|bin| bin.texts as f64).chain([0.0]);
    let sizes = Frame { top: SIDE + 44.0, height: 80.0, y: Scale::around(counts, 2.0), ..frame };
    sizes.draw(&mut svg, "probability that was given (%)", "texts");
    for bin in &reliability.bins {
        if let Some((x, y)) = sizes.at(bin.promised, bin.texts as f64) {
            svg.line(&[(x, sizes.bottom()), (x, y)], Stroke::new(BLUE, 4.0));
        }
    }
    let level = reliability.bins.iter().find_map(|bin| bin.interval).map(|interval| interval.level);
    let mut entries = vec![Entry::new(Sample::Series(look), "bin: mean probability, share")];
    if let Some(level) = level {
        entries.push(Entry::new(Sample::Interval(BLUE), format!("its {:.0} % interval", 100.0 * level)));
    }
    entries.push(Entry::new(Sample::Line(DIAGONAL), "what should be"));
    draw_legend(&mut svg, (SIDE + 28.0, 8.0), &[], &entries);
    Picture::new("reliability", svg.finish(), table)
}
