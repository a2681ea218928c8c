//! How series differ: by colour, and without it by dashes, markers and hatching.

use super::svg::Stroke;

/// Colours that people with any common colour vision tell apart: M. Okabe and K. Ito, *Color universal design* (2008),
/// without their yellow, which is hard to see on white.
const COLOURS: [&str; 7] = [BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, "#000000"];
pub(super) const BLUE: &str = "#0072b2";
const ORANGE: &str = "#e69f00";
pub(super) const GREEN: &str = "#009e73";
pub(super) const VERMILION: &str = "#d55e00";
const PURPLE: &str = "#cc79a7";
const SKY: &str = "#56b4e9";

const DASHES: [&str; 5] = ["", "8 4", "2 3", "10 3 2 3", "16 4"];

const SHAPES: [Shape; 6] = [Shape::Circle, Shape::Square, Shape::Up, Shape::Diamond, Shape::Down, Shape::Star];

/// More series than this in one frame are told apart by nobody.
pub(super) const MOST_SERIES: usize = 12;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shape {
    Circle,
    Square,
    Up,
    Down,
    Diamond,
    Star,
}

/// How a series is drawn.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub(super) colour: &'static str,
    pub(super) dash: &'static str,
    pub(super) shape: Shape,
    pub(super) filled: bool,
}

impl Look {
    /// Its line.
    pub(super) fn stroke(self) -> Stroke {
        Stroke { colour: self.colour, width: 2.0, dash: self.dash }
    }
}

/// Returns the look of the series at this place: up to twelve differ in their marker alone.
pub(super) fn look(place: usize) -> Look {
    let shape = SHAPES.get(place % SHAPES.len()).copied().unwrap_or(Shape::Circle);
    let dash = DASHES.get(place % DASHES.len()).copied().unwrap_or_default();
    Look { colour: colour(place), dash, shape, filled: (place / SHAPES.len()).is_multiple_of(2) }
}

fn colour(place: usize) -> &'static str {
    COLOURS.get(place % COLOURS.len()).copied().unwrap_or(BLUE)
}

/// A hatching in a colour.
pub(super) struct Pattern {
    pub(super) number: usize,
    pub(super) colour: &'static str,
}

/// The lines of a hatching, as SVG's path data in a square of 8 pixels; the first is a full area.
const HATCHES: [&str; 6] = [
    "",
    "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4",
    "M2,2 h2 M6,6 h2",
    "M0,2 h8 M0,6 h8",
    "M-2,6 l4,4 M0,0 l8,8 M6,-2 l4,4",
    "M2,0 v8 M6,0 v8",
];

/// Returns the hatching of the bar at this place in a list; it repeats after 42.
pub(super) fn pattern(place: usize) -> Pattern {
    let number = place % (COLOURS.len() * HATCHES.len());
    Pattern { number, colour: colour(number) }
}

impl Pattern {
    pub(super) fn id(&self) -> String {
        format!("plaudit-hatch-{}", self.number)
    }

    /// Returns SVG's definition of it.
    pub(super) fn definition(&self) -> String {
        let (id, colour) = (self.id(), self.colour);
        let hatch = HATCHES.get(self.number % HATCHES.len()).copied().unwrap_or_default();
        let ground = if hatch.is_empty() { colour } else { "#ffffff" };
        format!(
            "<pattern id=\"{id}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
             <rect width=\"8\" height=\"8\" fill=\"{ground}\"/>\
             <path d=\"{hatch}\" stroke=\"{colour}\" stroke-width=\"2\"/></pattern>\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_differ_without_colour() {
        for a in 0..MOST_SERIES {
            for b in 0..a {
                let (a, b) = (look(a), look(b));
                assert!((a.shape, a.filled) != (b.shape, b.filled));
            }
        }
    }

    #[test]
    fn bars_differ() {
        let all: std::collections::BTreeSet<String> = (0..42).map(|place| pattern(place).definition()).collect();
        assert_eq!(all.len(), 42);
        assert_eq!(pattern(usize::MAX).number, usize::MAX % 42);
    }
}
