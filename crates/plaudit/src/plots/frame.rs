//! Axes: scales with round ticks, a grid, a legend.

use std::f64::consts::FRAC_1_SQRT_2;

use super::look::{Look, MOST_SERIES, look};
use super::svg::{AXIS, Anchor, BLACK, Font, GREY, GRID, NOTE, Point, Stroke, Svg, TICK, Turn};
use super::text::{shorten, thousands, width};

/// From values to a place between 0 and 1.
#[derive(Clone)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    step: f64,
    percent: bool,
    unsigned: bool,
}

/// Beyond this, and under its inverse, a picture tells nothing, and sums might overflow or vanish.
const FARTHEST: f64 = 1e150;

impl Scale {
    /// Shares from 0 to 1, shown in percent.
    pub(super) const SHARES: Self = Self { low: 0.0, high: 1.0, step: 0.2, percent: true, unsigned: false };

    /// Around these values, of which those that are not finite do not count, with at most about `most` ticks.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, most: f64) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let ends = finite.fold(None, |ends: Option<(f64, f64)>, value| {
            let value = if value.abs() < 1.0 / FARTHEST { 0.0 } else { value.clamp(-FARTHEST, FARTHEST) };
            Some(ends.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
        });
        let (low, high) = ends.unwrap_or((0.0, 1.0));
        // One value alone, or values that differ by rounding, get some room.
        let (low, high) = if high - low > 1e-9 * high.abs().max(low.abs()) {
            (low, high)
        } else {
            let room = 0.5 * high.abs();
            if room > 0.0 { (low - room, high + room) } else { (0.0, 1.0) }
        };
        let step = round_step((high - low) / most);
        let outward = |value: f64, round: fn(f64) -> f64| {
            let steps = value / step;
            if (steps - steps.round()).abs() < 1e-9 { steps.round() * step } else { round(steps) * step }
        };
        Self { low: outward(low, f64::floor), high: outward(high, f64::ceil), step, percent: false, unsigned: false }
    }

    /// The same, for whole numbers.
    pub(super) fn whole(low: f64, high: f64, most: f64) -> Self {
        let mut scale = Self::around([low, high], most);
        scale.step = scale.step.max(1.0);
        (scale.low, scale.high) = if low < high { (low, high) } else { (low - 1.0, low + 1.0) };
        scale
    }

    /// The same, shown in percent.
    pub(super) fn in_percent(mut self) -> Self {
        self.percent = true;
        self
    }

    /// The same, shown without signs: both sides of 0 are counts.
    pub(super) fn unsigned(mut self) -> Self {
        self.unsigned = true;
        self
    }

    fn place(&self, value: f64) -> Option<f64> {
        let part = (value - self.low) / (self.high - self.low);
        part.is_finite().then(|| part.clamp(0.0, 1.0))
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let first = (self.low / self.step - 1e-9).ceil();
        let ticks = (0..100u8).map(move |k| (first + f64::from(k)) * self.step);
        ticks.take_while(|tick| *tick <= self.high + 1e-9 * self.step)
    }

    fn tick_text(&self, tick: f64) -> String {
        let (tick, step) = if self.percent { (100.0 * tick, 100.0 * self.step) } else { (tick, self.step) };
        let tick = if self.unsigned { tick.abs() } else { tick };
        if tick.abs() >= 1e6 || step < 1e-4 {
            return if tick.abs() < 1e-9 * step { "0".to_owned() } else { format!("{tick:.1e}") };
        }
        let whole = |digits: &i32| {
            let steps = step * 10f64.powi(*digits);
            (steps - steps.round()).abs() < 1e-6
        };
        let digits = (0..6i32).find(whole).unwrap_or(6).unsigned_abs() as usize;
        if digits == 0 && tick.abs() >= 1e3 {
            let sign = if tick < 0.0 { "-" } else { "" };
            return sign.to_owned() + &thousands(tick.abs() as u64); // below 1e6
        }
        let shown = format!("{tick:.digits$}");
        if shown.trim_start_matches(['-', '0', '.']).is_empty() { shown.replace('-', "") } else { shown }
    }
}

/// 1, 2 or 5 times a power of ten, at least `step`.
fn round_step(step: f64) -> f64 {
    let written = format!("{step:e}");
    let power = written.split_once('e').and_then(|(_, power)| format!("1e{power}").parse::<f64>().ok());
    let power = power.filter(|&power| power > 0.0).unwrap_or(1.0);
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|&round| round >= step * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// A place to draw in, its upper left corner at (0, `top`).
pub(super) struct Frame {
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

impl Frame {
    /// Returns where these values stand; none where one is not finite.
    pub(super) fn at(&self, x: f64, y: f64) -> Option<Point> {
        let (x, y) = (self.x.place(x)?, self.y.place(y)?);
        Some((x * self.width, self.top + (1.0 - y) * self.height))
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Draws the grid and both axes.
    pub(super) fn draw(&self, svg: &mut Svg, x_title: &str, y_title: &str) {
        self.draw_x(svg, x_title);
        self.draw_y(svg, y_title);
    }

    /// Draws the lines across and the axis on the left.
    pub(super) fn draw_y(&self, svg: &mut Svg, title: &str) {
        let font = Font { anchor: Anchor::End, ..TICK };
        let mut widest = 0.0f64;
        for tick in self.y.ticks() {
            let Some(place) = self.y.place(tick) else { continue };
            let y = self.top + (1.0 - place) * self.height;
            svg.line(&[(0.0, y), (self.width, y)], Stroke::new(GRID, 1.0));
            svg.line(&[(-5.0, y), (0.0, y)], Stroke::new(BLACK, 1.0));
            let text = self.y.tick_text(tick);
            widest = widest.max(width(&text, font.size));
            svg.text((-9.0, y), &text, font);
        }
        svg.line(&[(0.0, self.top), (0.0, self.bottom())], Stroke::new(BLACK, 1.0));
        let font = Font { turn: Turn::Up, ..AXIS };
        svg.text((-widest - 24.0, self.top + self.height / 2.0), title, font);
    }

    /// Draws the lines down and the axis below.
    pub(super) fn draw_x(&self, svg: &mut Svg, title: &str) {
        let font = Font { anchor: Anchor::Middle, ..TICK };
        for tick in self.x.ticks() {
            let Some(place) = self.x.place(tick) else { continue };
            let x = place * self.width;
            svg.line(&[(x, self.top), (x, self.bottom())], Stroke::new(GRID, 1.0));
            svg.line(&[(x, self.bottom()), (x, self.bottom() + 5.0)], Stroke::new(BLACK, 1.0));
            svg.text((x, self.bottom() + 15.0), &self.x.tick_text(tick), font);
        }
        svg.line(&[(0.0, self.bottom()), (self.width, self.bottom())], Stroke::new(BLACK, 1.0));
        svg.text((self.width / 2.0, self.bottom() + 38.0), title, AXIS);
    }

    /// Draws names under the axis, `step` pixels apart, the first at half of it; slanted where they do not fit, and not
    /// each where they would touch.
    pub(super) fn draw_names(&self, svg: &mut Svg, names: &[&str], step: f64, title: &str) {
        const LINE: f64 = 18.0; // from one slanted name to the next
        let y = self.bottom() + 8.0;
        let level = names.iter().all(|name| width(name, TICK.size) + 6.0 <= step);
        let font = Font { most: 200.0, ..TICK };
        let every = (LINE / step).ceil().max(1.0);
        let mut deepest = 0.0f64;
        // `as` stops at the ends of the type.
        for (place, name) in names.iter().enumerate().step_by(every as usize) {
            let x = (place as f64 + 0.5) * step;
            svg.line(&[(x, self.bottom()), (x, self.bottom() + 5.0)], Stroke::new(BLACK, 1.0));
            let long = width(&shorten(name, font.size, font.most), font.size);
            deepest = deepest.max(if level { 14.0 } else { long * FRAC_1_SQRT_2 + 8.0 });
            if level {
                svg.text((x, y + 7.0), name, Font { anchor: Anchor::Middle, ..font });
            } else {
                svg.text((x + 2.0, y + 2.0), name, Font { anchor: Anchor::End, turn: Turn::Slanted, ..font });
            }
        }
        svg.text((self.width / 2.0, y + deepest + 18.0), title, AXIS);
    }

    /// Draws the line from the lower left to the upper right.
    pub(super) fn draw_diagonal(&self, svg: &mut Svg) {
        svg.line(&[(0.0, self.bottom()), (self.width, self.top)], DIAGONAL);
    }

    /// Says that there is nothing to draw.
    pub(super) fn draw_nothing(&self, svg: &mut Svg) {
        let middle = (self.width / 2.0, self.top + self.height / 2.0);
        svg.rect((middle.0 - 42.0, middle.1 - 14.0), (84.0, 28.0), "#ffffff", None);
        svg.text(middle, "no data", Font { size: 16.0, colour: GREY, ..AXIS });
    }
}

/// The line that stands for chance, or for what should be.
pub(super) const DIAGONAL: Stroke = Stroke { colour: GREY, width: 1.2, dash: "4 4" };

/// How much a band covers.
pub(super) const BAND: f64 = 0.18;

/// What an entry of a legend looks like in the picture.
pub(super) enum Sample {
    /// A line with its marker.
    Series(Look),
    /// A line alone.
    Line(Stroke),
    /// The bar at this place in a list.
    Bar(usize),
    /// An upright interval in this colour.
    Interval(&'static str),
    /// A band in this colour.
    Band(&'static str),
}

/// A line of a legend.
pub(super) struct Entry {
    pub(super) sample: Sample,
    pub(super) name: String,
    /// One a column.
    pub(super) values: Vec<String>,
}

impl Entry {
    pub(super) fn new(sample: Sample, name: impl Into<String>) -> Self {
        Self { sample, name: name.into(), values: Vec::new() }
    }

    /// The series at this place in a list.
    pub(super) fn series(place: usize, name: &str) -> Self {
        Self::new(Sample::Series(look(place)), name)
    }

    pub(super) fn with(mut self, value: impl Into<String>) -> Self {
        self.values.push(value.into());
        self
    }
}

/// Returns the note that only the first series are drawn; empty where all are.
pub(super) fn left_out(count: usize, what: &str) -> String {
    if count <= MOST_SERIES {
        return String::new();
    }
    format!("the first {MOST_SERIES} of {} {what}; all are in the CSV", thousands(count as u64))
}

/// Draws a legend whose upper left corner is at `at`; `headings` stand over the columns of values.
pub(super) fn draw_legend(svg: &mut Svg, at: Point, headings: &[&str], entries: &[Entry]) {
    const LINE: f64 = 22.0;
    const SAMPLE: f64 = 34.0;
    let font = Font { most: 220.0, ..TICK };
    let number = Font { anchor: Anchor::End, ..TICK };
    let first = if headings.is_empty() { at.1 } else { at.1 + LINE };
    let names = entries.iter().map(|entry| width(&shorten(&entry.name, font.size, font.most), font.size));
    let mut right = at.0 + SAMPLE + 8.0 + names.fold(0.0, f64::max);
    let columns = entries.iter().map(|entry| entry.values.len()).fold(headings.len(), usize::max);
    for column in 0..columns {
        let values = || entries.iter().map(|entry| entry.values.get(column).map_or("", String::as_str));
        let heading = headings.get(column).copied().unwrap_or_default();
        right += 16.0 + values().map(|value| width(value, TICK.size)).fold(width(heading, TICK.size), f64::max);
        svg.text((right, at.1), heading, Font { anchor: Anchor::End, ..NOTE });
        for (place, value) in values().enumerate() {
            svg.text((right, first + place as f64 * LINE), value, number);
        }
    }
    for (place, entry) in entries.iter().enumerate() {
        let y = first + place as f64 * LINE;
        let middle = (at.0 + SAMPLE / 2.0, y);
        let ends = [(at.0, y), (at.0 + SAMPLE, y)];
        match entry.sample {
            Sample::Series(look) => {
                svg.line(&ends, look.stroke());
                svg.mark(middle, look, 4.0);
            }
            Sample::Line(stroke) => svg.line(&ends, stroke),
            Sample::Bar(place) => svg.bar((at.0 + 6.0, y - 7.0), (SAMPLE - 12.0, 14.0), place),
            Sample::Interval(colour) => svg.interval(middle.0, (y - 8.0, y + 8.0), colour),
            Sample::Band(colour) => {
                let corner = |dx, dy| (middle.0 + dx * SAMPLE / 2.0, y + dy * 7.0);
                svg.area(&[corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)], colour, BAND);
            }
        }
        svg.text((at.0 + SAMPLE + 8.0, y), &entry.name, font);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scale: &Scale) -> Vec<String> {
        scale.ticks().map(|tick| scale.tick_text(tick)).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(texts(&Scale::SHARES), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(texts(&Scale::around([0.03, 0.97], 5.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(&Scale::around([-0.31, 0.52], 5.0)), ["-0.4", "-0.2", "0.0", "0.2", "0.4", "0.6"]);
        assert_eq!(texts(&Scale::around([0.71, 0.78], 4.0).in_percent()), ["70", "72", "74", "76", "78"]);
        assert_eq!(texts(&Scale::whole(1.0, 9.0, 5.0)), ["2", "4", "6", "8"]);
        assert_eq!(texts(&Scale::whole(1.0, 1.0, 5.0)), ["0", "1", "2"]);
        assert_eq!(texts(&Scale::around([0.0, -15_000.0], 3.0)), ["-15,000", "-10,000", "-5,000", "0"]);
        assert_eq!(texts(&Scale::around([0.0], 2.0)), ["0.0", "0.5", "1.0"]);
        assert_eq!(texts(&Scale::around([0.0, 3e9], 3.0)), ["0", "1.0e9", "2.0e9", "3.0e9"]);
    }

    #[test]
    fn strange_values_have_a_scale_too() {
        for values in [
            vec![],
            vec![f64::NAN],
            vec![f64::INFINITY, 1.0],
            vec![f64::MAX, f64::MIN],
            vec![0.0],
            vec![1e-300],
            vec![5e-324, 1e-323],
            vec![1.0, 1.0 + f64::EPSILON],
            vec![-7.0, -7.0],
        ] {
            let scale = Scale::around(values.clone(), 5.0);
            assert!(scale.low < scale.high && scale.step > 0.0, "{values:?}");
            let ticks = texts(&scale);
            assert!((2..20).contains(&ticks.len()), "{values:?}: {ticks:?}");
            for value in values.into_iter().filter(|value| value.is_finite()) {
                assert!((0.0..=1.0).contains(&scale.place(value).unwrap()));
            }
        }
        assert_eq!(Scale::SHARES.place(f64::NAN), None);
        assert_eq!(Scale::SHARES.place(7.0), Some(1.0));
    }
}
