//! What was decided, when and from what, so that it can be checked and repeated.
//!
//! An [`AuditLog`] is a file with one JSON object a line ([`Record`]): a decision with everything that it hangs on
//! ([`Decision`]), a person who decided otherwise ([`Override`]), or a remark ([`Note`]). Lines are only ever added.
//! Each has a SHA-256 of its own content and that of the line before (a hash chain: S. Haber and W. S. Stornetta, *How
//! to time-stamp a digital document*, Journal of Cryptology 3, 1991), so that [`AuditLog::verify`] finds and names the
//! first line that was changed, removed, moved or inserted. [`Decision::replay`] decides again and compares, byte for
//! byte; where a [`RecordedRule`] decided, [`Decision::replay_recorded`] needs nothing else.
//!
//! **What a chain alone cannot see**: lines cut off at the end, and a log that somebody wrote anew from some line to
//! the end, digests and all (there is no key in it). Both are found by a [`Head`] that is kept elsewhere: print it,
//! mail it, or publish it after each decision.
//!
//! The log holds counts, settings, digests and the names of divisions and authors; no text of a person goes into it by
//! itself.
//!
//! # Example: decide, record, decide again
//! ```
//! use plaudit_core::{Labels, Time};
//! use plaudit_promotion::audit::{AuditLog, Decision, Digest, Event};
//! use plaudit_promotion::{DivisionCounts, Policy, Survey};
//!
//! # let folder = std::env::temp_dir().join(format!("plaudit-audit-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! # let path = folder.join("audit.jsonl");
//! let (policy, data) = (Policy::default(), b"uid,text\n1,fine\n");
//! let survey = Survey::new(Labels::dpms(), vec![DivisionCounts::new("Library", [61, 20, 12, 7])])?;
//! let verdicts = policy.decide(&survey)?;
//!
//! let mut decision = Decision::new(&policy, &survey, &verdicts)?;
//! decision.digests.insert("data".to_owned(), Digest::of(data));
//! let mut log = AuditLog::open(&path)?;
//! let head = log.append(Time { seconds: 1_700_000_000, offset: 0 }, Event::from(decision))?;
//! drop(log); // another may write now
//!
//! assert_eq!(AuditLog::verify(&path, Some(&head))?, head);
//! for record in AuditLog::records(&path)? {
//!     if let Event::Decision(decision) = record?.event {
//!         let policy: Policy = decision.rule.parse()?;
//!         assert!(decision.replay(&policy)?.is_same());
//!     }
//! }
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok::<(), plaudit_core::Error>(())
//! ```

mod chain;
mod digest;
mod json;
mod log;
mod record;
mod replay;
mod rule;

pub use chain::{Head, Records};
pub use digest::Digest;
pub use json::Json;
pub use log::{AuditLog, Repair};
pub use record::{Decision, Event, Note, Override, Record};
pub use replay::{Difference, Replay};
pub use rule::{RecordedCorrection, RecordedRule};
