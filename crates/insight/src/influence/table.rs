//! Influence for people.

use std::fmt;

use plaudit_core::{Table, visible};
use plaudit_stats::Interval;

use super::{BrandInfluence, Influence};

/// What was counted, and a table of the brands.
impl fmt::Display for Influence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { preset, posts, without_brand, without_engagement, without_time, cells, alone, .. } = self;
        writeln!(f, "engagement: {} ({})", visible(&preset.name), visible(&preset.dated))?;
        for part in &self.platforms {
            let platform = part.platform.as_deref().unwrap_or("no platform");
            let counted = if part.counted.is_empty() { "nothing".to_owned() } else { part.counted.join(", ") };
            write!(f, "  {}: {} of {} posts by {}", visible(platform), part.scored, part.posts, visible(&counted))?;
            let left_out = part.left_out.join(", ");
            writeln!(f, "{}{}", if left_out.is_empty() { "" } else { "; seldom told: " }, visible(&left_out))?;
        }
        writeln!(
            f,
            "{posts} posts about brands in {cells} cells ({alone} alone in theirs, {without_engagement} without engagement, \
             {without_time} without a time); {without_brand} posts name no brand"
        )?;
        let mut table = Table::new(["brand", "posts", "authors", "V", "R", "R shrunk", "S", "V R", "V R S"]);
        self.brands.iter().for_each(|brand| table.push(row(brand)));
        write!(f, "{table}")
    }
}

fn row(brand: &BrandInfluence) -> [String; 9] {
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    let with = |value: Option<f64>, interval: Option<Interval>| {
        let ends = interval.map_or(String::new(), |ends| format!(" ({:.3} to {:.3})", ends.low, ends.high));
        number(value) + &ends
    };
    [
        brand.brand.clone(),
        brand.posts.to_string(),
        brand.authors.to_string(),
        with(Some(brand.volume), brand.volume_interval),
        with(brand.rank, brand.rank_interval),
        number(brand.shrunk.map(|shrunk| shrunk.rank)),
        with(brand.sentiment.map(|net| net.value), brand.sentiment.and_then(|net| net.interval)),
        with(brand.reach_influence, brand.reach_interval),
        with(brand.net_influence, brand.net_interval),
    ]
}
