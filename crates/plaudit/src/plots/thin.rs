//! Long curves for small pictures.

use super::svg::Point;

/// The width of a column, in pixels.
const COLUMN: f64 = 0.5;

/// Returns the curve through at most four points of each run inside one column of half a pixel: the first, the lowest,
/// the highest and the last. No point of either curve is then farther than half a pixel from the other: between the
/// kept points of a column both pass through the same heights. Of a curve that goes from left to right, four points a
/// column remain.
pub(super) fn thin(points: impl IntoIterator<Item = Point>) -> Vec<Point> {
    let mut kept = Vec::new();
    let mut run: Option<Run> = None;
    for (place, point) in points.into_iter().enumerate() {
        let column = (point.0 / COLUMN).floor();
        match &mut run {
            Some(run) if run.column == column => run.add(place, point),
            _ => {
                if let Some(run) = run.take() {
                    run.keep(&mut kept);
                }
                run = Some(Run {
                    column,
                    first: (place, point),
                    low: (place, point),
                    high: (place, point),
                    last: (place, point),
                });
            }
        }
    }
    if let Some(run) = run {
        run.keep(&mut kept);
    }
    kept
}

/// Points with their places in the curve.
struct Run {
    column: f64,
    first: (usize, Point),
    low: (usize, Point),
    high: (usize, Point),
    last: (usize, Point),
}

impl Run {
    fn add(&mut self, place: usize, point: Point) {
        if point.1 < self.low.1.1 {
            self.low = (place, point);
        }
        if point.1 > self.high.1.1 {
            self.high = (place, point);
        }
        self.last = (place, point);
    }

    fn keep(self, kept: &mut Vec<Point>) {
        let mut points = [self.first, self.low, self.high, self.last];
        points.sort_by_key(|&(place, _)| place);
        let mut before = None;
        for (place, point) in points {
            if before.replace(place) != Some(place) {
                kept.push(point);
            }
        }
    }
}

/// `hypot` has other last digits on other platforms.
fn length(dx: f64, dy: f64) -> f64 {
    (dx * dx + dy * dy).sqrt()
}

/// Returns the places at these shares of a line's length, 0 to 1, in rising order.
pub(super) fn along(line: &[Point], shares: impl IntoIterator<Item = f64>) -> Vec<Point> {
    let steps = || line.iter().zip(line.iter().skip(1)).map(|(&a, &b)| (a, b, length(b.0 - a.0, b.1 - a.1)));
    let total: f64 = steps().map(|(.., length)| length).sum();
    let mut wanted = shares.into_iter().map(|share| share * total).peekable();
    let (mut places, mut before) = (Vec::new(), 0.0);
    for (a, b, length) in steps() {
        while let Some(at) = wanted.next_if(|&at| at <= before + length && length > 0.0) {
            let part = ((at - before) / length).clamp(0.0, 1.0);
            places.push((a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1)));
        }
        before += length;
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The distance from a point to a line.
    fn distance(point: Point, line: &[Point]) -> f64 {
        let to = |a: Point, b: Point| {
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let square = dx * dx + dy * dy;
            let part = if square > 0.0 { ((point.0 - a.0) * dx + (point.1 - a.1) * dy) / square } else { 0.0 };
            let part = part.clamp(0.0, 1.0);
            (point.0 - a.0 - part * dx).hypot(point.1 - a.1 - part * dy)
        };
        let ends = line.iter().zip(line.iter().skip(1).chain(line.last()));
        ends.map(|(&a, &b)| to(a, b)).fold(f64::INFINITY, f64::min)
    }

    fn curve() -> impl Strategy<Value = Vec<Point>> {
        prop::collection::vec((0.0..1.5f64, -40.0..40.0f64), 1..200).prop_map(|steps| {
            let mut x = 0.0;
            steps
                .into_iter()
                .map(|(dx, y)| {
                    x += dx * dx * dx;
                    (x, y)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_shape_stays_within_half_a_pixel(curve in curve()) {
            let thinned = thin(curve.iter().copied());
            for &point in &curve {
                prop_assert!(distance(point, &thinned) <= COLUMN + 1e-9);
            }
            for point in along(&thinned, (0..=100).map(|k| f64::from(k) / 100.0)) {
                prop_assert!(distance(point, &curve) <= COLUMN + 1e-9);
            }
            prop_assert_eq!((thinned.first(), thinned.last()), (curve.first(), curve.last()));
        }
    }

    #[test]
    fn a_long_curve_gets_short() {
        let points = (0..100_000).map(|k| f64::from(k) / 99_999.0).map(|x| (400.0 * x, 400.0 * x.sqrt()));
        let thinned = thin(points);
        assert!(thinned.len() <= 4 * 801, "{}", thinned.len());
        assert!(thin([]).is_empty());
        assert_eq!(thin([(1.0, 2.0), (1.0, 2.0)]).len(), 2);
    }

    #[test]
    fn places_along_a_line() {
        let line = [(0.0, 0.0), (3.0, 0.0), (3.0, 0.0), (3.0, 1.0)];
        assert_eq!(along(&line, [0.0, 0.5, 1.0]), [(0.0, 0.0), (2.0, 0.0), (3.0, 1.0)]);
        assert_eq!(along(&[(1.0, 1.0)], [0.5]), []);
        assert_eq!(along(&[(1.0, 1.0), (1.0, 1.0)], [0.5]), []);
    }
}
