//! The audit log: what it writes, and that it finds what was done to it.
#![allow(clippy::unwrap_used, clippy::panic)] // tests may stop at the first surprise

use std::fs;
use std::path::PathBuf;

use plaudit_core::{Error, Labels, Origin, Time};
use plaudit_promotion::audit::{AuditLog, Decision, Digest, Event, Head, Json, Note, Override, RecordedRule, Repair};
use plaudit_promotion::prevalence::{CutConfig, ErrorMatrix};
use plaudit_promotion::{DivisionCounts, PaperRule, Policy, Survey, Verdict};
use proptest::prelude::*;
use tempfile::TempDir;

fn time(seconds: i64) -> Time {
    Time { seconds, offset: -19_800 }
}

fn survey() -> Survey {
    let divisions = vec![
        DivisionCounts::new("Library", [61, 20, 12, 7]),
        DivisionCounts::new("财务 | \"a\"\n\u{202e}", [9, 12, 15, 64]),
        DivisionCounts::new("", [0, 0, 0, 0]),
    ];
    Survey::new(Labels::dpms(), divisions).unwrap()
}

fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.draws = 400;
    policy.max_more = 0;
    policy
}

fn decision() -> Decision {
    let (policy, survey) = (policy(), survey());
    let mut decision = Decision::new(&policy, &survey, &policy.decide(&survey).unwrap()).unwrap();
    decision.digests = [("data".to_owned(), Digest::of("uid,text\n"))].into();
    decision.metrics = "1".to_owned();
    decision.seed = Some(u64::MAX);
    decision.posterior = Some(Json::of(&[0.1, 1.0 / 3.0, f64::MIN_POSITIVE, 1e300]).unwrap());
    decision
}

/// A log of a decision, notes and an override, `records` lines long.
fn log(records: u64) -> (TempDir, PathBuf, Head) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let mut log = AuditLog::open(&path).unwrap();
    for record in 0..records {
        match record {
            0 => log.append(time(0), decision()),
            1 => log.append(time(1), Override::new(0, "Library", Verdict::Hold, "Dean", "closed for repair")),
            _ => log.append(time(record as i64), Note::new("Dean", format!("remark {record} \u{2028} \0"))),
        }
        .unwrap();
    }
    let head = log.head();
    drop(log);
    (folder, path, head)
}

fn lines(path: &PathBuf) -> Vec<Vec<u8>> {
    fs::read(path).unwrap().split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The line and the first word of what is wrong.
fn fault(path: &PathBuf, kept: Option<&Head>) -> (u64, String) {
    match AuditLog::verify(path, kept) {
        Err(Error::Data { line, reason, .. }) => (line, reason.split(':').next().unwrap().to_owned()),
        other => panic!("{other:?}"),
    }
}

fn is(line: u64, what: &str) -> (u64, String) {
    (line, what.to_owned())
}

// Python 3.11, standard library:
//   prev = "0" * 64
//   for i, (who, text) in enumerate([("Ada", "first"), ("李老师", 'a "quoted" line\nand 图书馆')]):
//       rec = {"sequence": i, "time": {"seconds": 1700000000 + i, "offset": -19800},
//              "event": {"note": {"author": who, "text": text}}, "previous": prev}
//       body = json.dumps(rec, separators=(",", ":"), ensure_ascii=False)
//       prev = hashlib.sha256(body.encode()).hexdigest()
//       print(body[:-1] + ',"digest":"' + prev + '"}')
const GOLDEN: &str = r#"{"sequence":0,"time":{"seconds":1700000000,"offset":-19800},"event":{"note":{"author":"Ada","text":"first"}},"previous":"0000000000000000000000000000000000000000000000000000000000000000","digest":"7262a574510d435c5c92a259379d553d8a4a006e508cfde8ac6fbd17ec8ac449"}
{"sequence":1,"time":{"seconds":1700000001,"offset":-19800},"event":{"note":{"author":"李老师","text":"a \"quoted\" line\nand 图书馆"}},"previous":"7262a574510d435c5c92a259379d553d8a4a006e508cfde8ac6fbd17ec8ac449","digest":"54934cd45b11909f92dc557f39c675d75e7cafbdfa4ac7608cd9b4fe600ebaa9"}
"#;

#[test]
fn equals_what_python_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let mut log = AuditLog::open(&path).unwrap();
    log.append(time(1_700_000_000), Note::new("Ada", "first")).unwrap();
    let head = log.append(time(1_700_000_001), Note::new("李老师", "a \"quoted\" line\nand 图书馆")).unwrap();
    drop(log);
    assert_eq!(fs::read_to_string(&path).unwrap(), GOLDEN);
    assert_eq!(AuditLog::verify(&path, Some(&head)).unwrap(), head);
    assert!(head.to_string().starts_with("2 records, the last with digest "));
}

#[test]
fn what_is_read_is_what_was_written() {
    let (_folder, path, head) = log(3);
    let records: Vec<_> = AuditLog::records(&path).unwrap().map(Result::unwrap).collect();
    assert_eq!(records.iter().map(|record| record.sequence).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(records[0].event, Event::from(decision()));
    assert_eq!(records[1].time, time(1));
    assert_eq!(serde_json::from_str::<Head>(&serde_json::to_string(&head).unwrap()).unwrap(), head);
    // and it goes on where it was left
    let mut log = AuditLog::open(&path).unwrap();
    assert_eq!(log.head(), head);
    let next = log.append(time(9), Note::new("Dean", "on")).unwrap();
    assert_eq!((next.count, AuditLog::verify(&path, Some(&head)).unwrap()), (4, next));
}

#[test]
fn a_replay_gives_the_same_bytes_or_names_what_differs() {
    let (_folder, path, _) = log(1);
    let record = AuditLog::records(&path).unwrap().next().unwrap().unwrap();
    let Event::Decision(decision) = record.event else { panic!("{record:?}") };
    let recorded: Policy = decision.rule.parse().unwrap();
    assert_eq!(recorded, policy());
    let replay = decision.replay(&recorded).unwrap();
    assert!(replay.is_same() && replay.to_string() == "the same verdicts");

    let mut other = recorded.clone();
    other.seed = 1;
    let replay = decision.replay(&other).unwrap();
    assert!(!replay.is_same());
    let fields: Vec<_> = replay.differences().iter().map(|d| (d.division.as_str(), d.field.as_str())).collect();
    assert!(fields.contains(&("Library", "score_interval[0]")), "{fields:?}");
    assert!(replay.to_string().contains("Library: score_interval[0]: recorded 0."), "{replay}");
    assert!(!replay.to_string().contains('\u{202e}'));
    assert!(!decision.replay(&PaperRule::default()).unwrap().is_same());

    // a division less
    let mut fewer = decision.clone();
    fewer.survey = Survey::new(Labels::dpms(), survey().divisions()[..2].to_vec()).unwrap();
    let replay = fewer.replay(&recorded).unwrap();
    let last = replay.differences().last().unwrap();
    assert_eq!((last.field.as_str(), last.replayed.as_ref()), ("", None));
    // the same values in another spelling
    let mut spelled = decision.clone();
    let text = spelled.verdicts.as_str().replacen("\"n\":", "\"n\": ", 1);
    spelled.verdicts = serde_json::from_str(&text).unwrap();
    assert!(spelled.replay(&recorded).unwrap().to_string().contains("spelling of equal values, from byte"));
}

#[test]
fn a_recorded_rule_decides_again_by_itself() {
    let errors = ErrorMatrix::tally(Labels::dpms(), Origin::SetAside, (0..200).map(|k| (k % 4, k % 5 % 4))).unwrap();
    let mut cut = CutConfig::default();
    (cut.draws, cut.seed) = (200, u64::MAX);
    for rule in [RecordedRule::Policy(Box::new(policy())), RecordedRule::corrected(policy(), errors, cut)] {
        let json = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<RecordedRule>(&json).unwrap(), rule);
        let verdicts = rule.rule().unwrap().decide(&survey()).unwrap();
        let decision = Decision::by(&rule, &survey(), &verdicts).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        AuditLog::open(&path).unwrap().append(time(0), decision.clone()).unwrap();
        let record = AuditLog::records(&path).unwrap().next().unwrap().unwrap();
        let Event::Decision(mut read) = record.event else { panic!("{record:?}") };
        assert_eq!(*read, decision);
        assert!(read.replay_recorded().unwrap().is_same());
        read.posterior = Some(Json::of(&1).unwrap());
        assert!(read.replay_recorded().unwrap().to_string().starts_with("posterior: recorded 1, replayed {"));
        read.rule = Json::of("x").unwrap();
        assert!(read.replay_recorded().is_err());
    }
    let mut broken = policy();
    broken.alpha = 2.0;
    assert!(RecordedRule::Policy(Box::new(broken)).rule().is_err());
}

#[test]
fn lines_that_go_come_or_move_are_found() {
    let (_folder, path, head) = log(6);
    let whole = lines(&path);
    let write = |lines: &[Vec<u8>]| fs::write(&path, lines.concat()).unwrap();
    for gone in 0..5 {
        let mut without = whole.clone();
        without.remove(gone);
        write(&without);
        assert_eq!(fault(&path, None), is(gone as u64 + 1, "removed"));
    }
    // the last line is missed only by who kept the head
    write(&whole[..5]);
    let shorter = AuditLog::verify(&path, None).unwrap();
    assert_eq!(shorter.count, 5);
    assert_eq!(fault(&path, Some(&head)), is(6, "cut"));
    write(&[]);
    assert_eq!(fault(&path, Some(&head)), is(1, "cut"));
    for at in 0..=6 {
        for which in 0..6 {
            let mut more = whole.clone();
            more.insert(at, whole[which].clone());
            write(&more);
            // twice in a row: the second of them stands where it should not
            let line = if at == which { at + 1 } else { at };
            assert_eq!(fault(&path, None), is(line as u64 + 1, "inserted"), "{which} at {at}");
        }
    }
    write(&whole);
    assert_eq!(AuditLog::verify(&path, Some(&head)).unwrap(), head);
    assert_eq!(AuditLog::verify(&path, Some(&shorter)).unwrap(), head);
}

#[test]
fn a_log_that_was_written_anew_is_known_by_its_head() {
    let (_folder, path, head) = log(4);
    let (_other, forged, _) = {
        let folder = tempfile::tempdir().unwrap();
        let forged = folder.path().join("audit.jsonl");
        let mut log = AuditLog::open(&forged).unwrap();
        log.append(time(0), Note::new("Nobody", "nothing happened")).unwrap();
        for record in 1..4 {
            log.append(time(record), Note::new("Nobody", "nor here")).unwrap();
        }
        let head = log.head();
        (folder, forged, head)
    };
    assert_eq!(AuditLog::verify(&forged, None).unwrap().count, 4);
    assert_eq!(fault(&forged, Some(&head)), is(4, "replaced"));
    // one forged line among true ones breaks off at the next
    let mut mixed = lines(&path);
    mixed[1] = lines(&forged)[1].clone();
    fs::write(&path, mixed.concat()).unwrap();
    assert_eq!(fault(&path, None), is(2, "replaced"));
}

#[test]
fn a_torn_line_is_reported_refused_and_mended() {
    let (_folder, path, head) = log(3);
    let whole = fs::read(&path).unwrap();
    let last = lines(&path)[2].len();
    assert_eq!(AuditLog::repair(&path).unwrap(), Repair::Whole);
    for kept in 1..last {
        fs::write(&path, &whole[..whole.len() - last + kept]).unwrap();
        assert_eq!(fault(&path, None), is(3, "torn"));
        assert!(AuditLog::open(&path).is_err());
        let torn = whole[whole.len() - last..][..kept].to_vec();
        if kept == last - 1 {
            assert_eq!(AuditLog::repair(&path).unwrap(), Repair::Completed);
            assert_eq!(AuditLog::verify(&path, None).unwrap(), head);
        } else {
            assert_eq!(AuditLog::repair(&path).unwrap(), Repair::Cut { bytes: torn });
            assert_eq!(AuditLog::open(&path).unwrap().head().count, 2);
        }
    }
    // what is no crash is not mended
    let mut changed = whole.clone();
    changed[5] ^= 1;
    fs::write(&path, &changed).unwrap();
    assert!(AuditLog::repair(&path).is_err());
    assert_eq!(fs::read(&path).unwrap(), changed);
    assert!(AuditLog::repair(path.with_extension("none")).is_err());
    assert!(!path.with_extension("none").exists());
}

/// A pipe would be waited for, a device is read without end.
#[test]
fn what_is_no_file_is_refused() {
    let (folder, ..) = log(0);
    let refused = |path: &std::path::Path, expected: &str| {
        for error in [
            AuditLog::open(path).unwrap_err(),
            AuditLog::verify(path, None).unwrap_err(),
            AuditLog::repair(path).unwrap_err(),
        ] {
            assert!(error.to_string().ends_with(expected), "{error}");
        }
    };
    refused(folder.path(), "is a folder; expected a file");
    #[cfg(target_os = "linux")]
    refused(std::path::Path::new("/dev/zero"), "is a pipe or a device; expected a file");
}

#[test]
fn one_writer_at_a_time() {
    let (_folder, path, _) = log(1);
    let first = AuditLog::open(&path).unwrap();
    let error = AuditLog::open(&path).unwrap_err().to_string();
    assert!(error.contains("another writer"), "{error}");
    let busy = AuditLog::open(&path).unwrap_err();
    assert!(matches!(busy, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::WouldBlock));
    assert!(AuditLog::repair(&path).is_err());
    drop(first);

    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut written = 0;
                while written < 5 {
                    if let Ok(mut log) = AuditLog::open(&path) {
                        log.append(time(0), Note::new(format!("thread {thread}"), "x".repeat(10_000))).unwrap();
                        written += 1;
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(AuditLog::verify(&path, None).unwrap().count, 21);
}

#[test]
fn what_cannot_be_added_leaves_the_log_as_it_was() {
    let (_folder, path, head) = log(2);
    let mut log = AuditLog::open(&path).unwrap();
    let laid_out: Json = serde_json::from_str("{\n}").unwrap();
    let mut broken = decision();
    broken.posterior = Some(laid_out);
    for (event, fault) in [
        (Event::from(Note::new(" ", "")), "2 faults"),
        (Event::from(Override::new(0, "Library", Verdict::Hold, "Dean", "\t")), "reason: is blank"),
        (Event::from(Override::new(1, "Library", Verdict::Hold, "Dean", "why")), "record 1 is no decision"),
        (Event::from(Override::new(u64::MAX, "Library", Verdict::Hold, "Dean", "why")), "is no decision"),
        (Event::from(Override::new(0, "library", Verdict::Hold, "Dean", "why")), "decides about none of this name"),
        (Event::from(broken), "more than one line"),
    ] {
        let error = log.append(time(0), event).unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
    assert_eq!((log.head(), AuditLog::verify(&path, None).unwrap()), (head, head));
    // somebody else writes
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [whole.as_slice(), b"x"].concat()).unwrap();
    assert!(log.append(time(0), Note::new("a", "b")).unwrap_err().to_string().contains("something else wrote"));
    fs::write(&path, &whole).unwrap();
    assert!(log.append(time(0), Note::new("a", "b")).unwrap_err().to_string().contains("opened again"));
    drop(log);
    AuditLog::open(&path).unwrap().append(time(0), Note::new("a", "b")).unwrap();
}

/// Programs that save by renaming put another file in the place of the one that is open.
#[cfg(unix)]
#[test]
fn a_log_that_was_replaced_takes_nothing() {
    let (_folder, path, _) = log(2);
    let mut log = AuditLog::open(&path).unwrap();
    let copy = path.with_extension("copy");
    fs::copy(&path, &copy).unwrap();
    fs::rename(&copy, &path).unwrap();
    let error = log.append(time(0), Note::new("a", "b")).unwrap_err().to_string();
    assert!(error.contains("another file stands in its place"), "{error}");
    drop(log);
    AuditLog::open(&path).unwrap().append(time(0), Note::new("a", "b")).unwrap();
    assert_eq!(AuditLog::verify(&path, None).unwrap().count, 3);
}

#[test]
fn what_is_no_log_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for (bytes, what) in
        [(&b"\n"[..], "changed"), (b"{}\n", "changed"), (b"\0\0\0", "torn"), (b"\xff\xfe\n", "changed")]
    {
        fs::write(&path, bytes).unwrap();
        assert_eq!(fault(&path, None), is(1, what));
        assert!(AuditLog::open(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    // a right digest over what is no record of ours
    let content = br#"{"sequence":0,"surprise":1}"#;
    let line = format!("{{\"sequence\":0,\"surprise\":1,\"digest\":\"{}\"}}\n", Digest::of(content));
    fs::write(&path, line).unwrap();
    assert!(AuditLog::verify(&path, None).unwrap_err().to_string().contains("no record of this version"));
    assert!(AuditLog::open(folder.path()).is_err() && AuditLog::verify(folder.path().join("y"), None).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_changed_byte_is_found_in_its_line(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (_folder, path, _) = log(4);
        let mut bytes = fs::read(&path).unwrap();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != byte);
        let line = bytes[..place].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
        bytes[place] = byte;
        fs::write(&path, &bytes).unwrap();
        let (found, what) = fault(&path, None);
        prop_assert_eq!(found, line);
        let torn = place == bytes.len() - 1;
        prop_assert_eq!(what, if torn { "torn" } else { "changed" });
    }

    #[test]
    fn any_two_swapped_lines_are_found(one in 0usize..6, two in 0usize..6) {
        prop_assume!(one != two);
        let (_folder, path, _) = log(6);
        let mut swapped = lines(&path);
        swapped.swap(one, two);
        fs::write(&path, swapped.concat()).unwrap();
        prop_assert_eq!(fault(&path, None), (one.min(two) as u64 + 1, "reordered".to_owned()));
    }

    #[test]
    fn any_text_is_kept(author in "\\PC*[a-z]", text in any::<String>(), place in 0usize..3) {
        prop_assume!(!text.trim().is_empty());
        let (_folder, path, _) = log(1);
        let mut log = AuditLog::open(&path).unwrap();
        log.append(time(0), Note::new(author.clone(), text.clone())).unwrap();
        let division = survey().divisions()[place].division.clone();
        log.append(time(0), Override::new(0, division.clone(), Verdict::Promote, &author, &text)).unwrap();
        let read: Vec<_> = AuditLog::records(&path).unwrap().map(|record| record.unwrap().event).collect();
        prop_assert_eq!(&read[1], &Event::from(Note::new(author.clone(), text.clone())));
        prop_assert_eq!(&read[2], &Event::from(Override::new(0, division, Verdict::Promote, author, text)));
    }
}
