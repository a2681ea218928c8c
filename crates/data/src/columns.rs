//! Which column is what.

use crate::ReadConfig;

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Uid,
    Text,
    Label,
    Division,
    Time,
    Source,
    Extra,
}

/// The columns that a configuration asks for.
#[derive(Debug, Clone)]
pub(crate) struct Columns(Vec<Wanted>);

#[derive(Debug, Clone)]
struct Wanted {
    role: Role,
    name: String,
    required: bool,
}

impl Columns {
    /// Returns the columns that `config` asks for. `is_there` decides between `uid` and `id`, where neither is named.
    pub(crate) fn new(config: &ReadConfig, is_there: impl Fn(&str) -> bool) -> Self {
        let uid = if is_there("uid") { "uid" } else { "id" };
        let roles = [
            (Role::Uid, &config.uid, uid),
            (Role::Text, &config.text, "text"),
            (Role::Label, &config.label, "label"),
            (Role::Division, &config.division, "division"),
            (Role::Time, &config.time, "time"),
            (Role::Source, &config.source, "source"),
        ];
        let named = |name: &str| roles.iter().any(|(_, named, _)| named.as_deref() == Some(name));
        let mut wanted = Vec::new();
        for (role, name, default) in roles {
            if let Some(name) = name {
                wanted.push(Wanted { role, name: name.clone(), required: true });
            } else if !named(default) && (role != Role::Uid || is_there(default)) {
                // a column that is named as something else is not taken for its own name
                wanted.push(Wanted { role, name: default.to_owned(), required: role == Role::Text });
            }
        }
        Self(wanted)
    }

    /// Returns what the column of this name is.
    pub(crate) fn role(&self, name: &str) -> Role {
        self.0.iter().find(|wanted| wanted.name == name).map_or(Role::Extra, |wanted| wanted.role)
    }

    /// Returns the name of this role's column; empty where there is none.
    pub(crate) fn name(&self, role: Role) -> &str {
        self.0.iter().find(|wanted| wanted.role == role).map_or("", |wanted| &wanted.name)
    }

    /// Returns whether rows have a uid of their own.
    pub(crate) fn has_uid(&self) -> bool {
        self.0.iter().any(|wanted| wanted.role == Role::Uid)
    }

    /// Returns the names of the columns that must be there.
    pub(crate) fn required(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|wanted| wanted.required).map(|wanted| wanted.name.as_str())
    }
}

/// Returns the sentence for columns that are missing. Found names that are too long for one are only measured: a file
/// without a header has texts there.
pub(crate) fn missing(missing: &[String], found: &[String]) -> String {
    const MOST_NAMES: usize = 30;
    const LONGEST_NAME: usize = 40;
    let mut names: Vec<String> = found
        .iter()
        .take(MOST_NAMES)
        .map(|name| match name.chars().count() {
            0..=LONGEST_NAME => format!("`{name}`"),
            length => format!("(one of {length} characters)"),
        })
        .collect();
    if found.len() > MOST_NAMES {
        names.push(format!("and {} more", found.len() - MOST_NAMES));
    }
    format!("there is no column `{}`; the columns are {}", missing.join("`, `"), names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_column_is_not_taken_twice() {
        let config = ReadConfig { text: Some("label".into()), ..ReadConfig::default() };
        let columns = Columns::new(&config, |name| name == "id");
        assert_eq!((columns.role("label"), columns.role("text")), (Role::Text, Role::Extra));
        assert_eq!((columns.role("id"), columns.role("uid")), (Role::Uid, Role::Extra));
        assert_eq!(columns.required().collect::<Vec<_>>(), ["label"]);

        let config = ReadConfig { source: Some("uid".into()), ..ReadConfig::default() };
        let columns = Columns::new(&config, |name| ["uid", "id"].contains(&name));
        assert!(!columns.has_uid());
    }

    #[test]
    fn the_sentence_is_short() {
        let found: Vec<String> = (0..40).map(|n| "x".repeat(n + 5)).collect();
        let sentence = missing(&["txt".into()], &found);
        assert!(sentence.starts_with("there is no column `txt`; the columns are `xxxxx`, "), "{sentence}");
        assert!(sentence.ends_with(", and 10 more"), "{sentence}");
        assert!(missing(&["a".into()], &["y".repeat(41)]).ends_with("(one of 41 characters)"));
    }
}
