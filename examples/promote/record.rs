//! The decision in the log.

use std::collections::BTreeMap;
use std::path::Path;

use plaudit::promotion::audit::{Decision, Digest, RecordedRule};
use plaudit::{Survey, Verdicts};

use crate::common::{self, Options, Result, Summary, say, shown, usage};

/// A log that is to get a decision, and what that comes from.
pub(crate) struct Log<'a> {
    path: &'a str,
    sources: Vec<(&'static str, &'a Path)>,
    digests: BTreeMap<String, Digest>,
}

impl<'a> Log<'a> {
    /// The log of `--log`; one that nothing can be added to is an error before a long run.
    pub(crate) fn new(options: &'a Options) -> Result<Option<Self>> {
        let Some(path) = options.file("log")? else { return Ok(None) };
        let known = [
            ("data", "feedback"),
            ("model", "model"),
            ("gold", "gold"),
            ("config", "config"),
            ("policy", "policy"),
            ("reactions", "reactions"),
        ];
        let source = |(name, option)| Some((name, Path::new(options.value(option)?)));
        let sources: Vec<_> = known.into_iter().filter_map(source).collect();
        for (name, source) in &sources {
            if source.is_dir() && common::is_inside(path, source) {
                let (path, source) = (shown(path), shown(source));
                return Err(usage(format!(
                    "--log: {path} lies in {source}, which --{name} is; expected another folder"
                )));
            }
        }
        common::open_log(path)?;
        let digests = plaudit::digests(sources.iter().copied())?;
        Ok(Some(Self { path, sources, digests }))
    }

    /// Adds the decision.
    pub(crate) fn add(
        self,
        rule: &RecordedRule,
        survey: &Survey,
        verdicts: &Verdicts,
        seed: Option<u64>,
        summary: &mut Summary,
    ) -> Result<()> {
        let mut decision = Decision::by(rule, survey, verdicts)?;
        if plaudit::digests(self.sources)? != self.digests {
            return Err("a file changed while it was used; nothing is recorded".into());
        }
        (decision.digests, decision.seed) = (self.digests, seed);
        let mut log = common::open_log(self.path)?;
        let number = log.head().count;
        let head = common::head_word(&log.append(common::now(), decision)?);
        say!("Recorded in {} as record {number}. Keep this elsewhere, for audit --head:\n{head}", shown(self.path));
        summary.add("record", number);
        summary.add("head", head);
        Ok(())
    }
}
