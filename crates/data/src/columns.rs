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
pub(crate) struct Columns {
    wanted: Vec<Wanted>,
    /// The uid is the column of its default names, whichever is there.
    default_uid: bool,
}

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
                if !name.is_empty() {
                    wanted.push(Wanted { role, name: name.clone(), required: true });
                }
            } else if !named(default) && (role != Role::Uid || is_there(default)) {
                // a column that is named as something else is not taken for its own name
                wanted.push(Wanted { role, name: default.to_owned(), required: role == Role::Text });
            }
        }
        let required = config.required.iter().filter(|name| !named(name));
        wanted.extend(required.map(|name| Wanted { role: Role::Extra, name: name.clone(), required: true }));
        Self { wanted, default_uid: config.uid.is_none() }
    }

    /// Returns what the column of this name is.
    pub(crate) fn role(&self, name: &str) -> Role {
        self.wanted.iter().find(|wanted| wanted.name == name).map_or(Role::Extra, |wanted| wanted.role)
    }

    /// Returns the name of this role's column; empty where there is none.
    pub(crate) fn name(&self, role: Role) -> &str {
        self.wanted.iter().find(|wanted| wanted.role == role).map_or("", |wanted| &wanted.name)
    }

    /// Returns whether rows have a uid of their own.
    pub(crate) fn has_uid(&self) -> bool {
        self.wanted.iter().any(|wanted| wanted.role == Role::Uid)
    }

    /// Returns whether rows have a text.
    pub(crate) fn has_text(&self) -> bool {
        self.wanted.iter().any(|wanted| wanted.role == Role::Text)
    }

    /// Returns whether this column would have been the uid, had it been there when the columns were chosen. `is_there`
    /// tells the columns of its row.
    pub(crate) fn is_late_uid(&self, name: &str, is_there: impl Fn(&str) -> bool) -> bool {
        self.default_uid && (name == "uid" || name == "id" && !is_there("uid")) && self.role(name) == Role::Extra
    }

    /// Returns the names of the columns that must be there.
    pub(crate) fn required(&self) -> impl Iterator<Item = &str> {
        self.wanted.iter().filter(|wanted| wanted.required).map(|wanted| wanted.name.as_str())
    }
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
    fn an_empty_name_is_no_column() {
        let off = Some(String::new());
        let config = ReadConfig { uid: off.clone(), time: off, ..ReadConfig::default() };
        let columns = Columns::new(&config, |_| true);
        assert_eq!(["uid", "id", "time", ""].map(|name| columns.role(name)), [Role::Extra; 4]);
        assert!(!columns.has_uid() && columns.required().eq(["text"]));
    }
}
