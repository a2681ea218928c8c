//! Posts from files: columns, counts, and what cannot be read.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise, and say what they skip

use plaudit_core::Post;
use plaudit_data::{Format, OnDirty, PostConfig, Posts, read_posts, read_posts_from};

fn csv(text: &str, config: &PostConfig) -> Posts {
    read_posts_from(text.as_bytes(), "posts.csv", Format::Csv, config).unwrap()
}

#[test]
fn columns_become_a_post() {
    let text = "id,text,platform,brand,author,kind,time,likes,shares,comments,love,reach,followers,topic\n\
                7,Fine.,weibo,Acme,lin,video,2024-01-02T03:04:05+08:00,\"1,204\",3.4k,1.2万,0,10000,99,war\n\
                8,Slow.,,,,,,,,,,,,\n";
    let mut config = PostConfig::default();
    config.reactions = vec!["love".into()];
    config.platform_name = "douban".into();
    let found = csv(text, &config);
    let [first, second] = found.posts.as_slice() else { panic!("{found:?}") };
    assert_eq!((first.platform(), first.brand(), first.author.as_deref()), (Some("weibo"), Some("Acme"), Some("lin")));
    assert_eq!((first.kind.as_deref(), first.feedback.uid.as_str()), (Some("video"), "7"));
    assert_eq!(first.feedback.time.unwrap().to_string(), "2024-01-02T03:04:05+08:00");
    let engagement = &first.engagement;
    assert_eq!((engagement.likes, engagement.shares, engagement.comments), (Some(1204), Some(3400), Some(12_000)));
    assert_eq!((engagement.reach, engagement.followers, engagement.reactions["love"]), (Some(10_000), Some(99), 0));
    assert_eq!(first.feedback.extra.iter().collect::<Vec<_>>(), [(&"topic".to_owned(), &"war".to_owned())]);
    // What is empty is not known, which is not 0.
    assert_eq!((second.platform(), second.brand(), second.author.as_ref()), (Some("douban"), None, None));
    assert_eq!(second.engagement, plaudit_core::Engagement::default());
    assert_eq!((found.report.rows, found.report.used, found.report.rejected), (2, 2, 0));

    config.read.keep_extra = false;
    config.likes = Some(String::new()); // no such column
    let found = csv(text, &config);
    assert!(found.posts[0].feedback.extra.is_empty() && found.posts[0].engagement.likes.is_none());
    assert_eq!(found.posts[0].engagement.shares, Some(3400));
}

#[test]
fn columns_of_answers_serve_as_well() {
    let text = "text,source,division\nFine.,weibo,Acme\n";
    let found = csv(text, &PostConfig::default());
    assert_eq!((found.posts[0].platform(), found.posts[0].brand()), (Some("weibo"), Some("Acme")));
    let mut config = PostConfig::default();
    config.read.source = Some("site".into());
    let found = csv("text,site,platform\nFine.,weibo,iOS\n", &config);
    assert_eq!((found.posts[0].platform(), found.posts[0].feedback.extra["platform"].as_str()), (Some("weibo"), "iOS"));
}

#[test]
fn counts_that_are_none_are_rejected_rows() {
    let text = "uid,text,likes,reach\n1,a,-5,\n2,b,1.5,\n3,c,99999999999999999999,\n4,d,many,\n5,e,10万+,\n6,f,1,0\n\
                7,g,,-1\n";
    let found = csv(text, &PostConfig::default());
    assert_eq!((found.posts.len(), found.report.rows, found.report.used, found.report.rejected), (1, 7, 1, 6));
    assert_eq!((found.posts[0].engagement.reach, found.report.by_reason["bad_count"]), (Some(0), 6));
    let said: Vec<String> = found.report.rejections.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "line 2, column `likes`: a count below 0",
            "line 3, column `likes`: a count that is no whole number",
            "line 4, column `likes`: a count above 1,000,000,000,000,000",
            "line 5, column `likes`: not a count; expected digits, such as `1234`, `1,234`, `3.4k` or `1.2万`",
            "line 6, column `likes`: a bound where a count was expected",
            "line 8, column `reach`: a count below 0",
        ]
    );
    let mut config = PostConfig::default();
    config.read.on_dirty = OnDirty::Stop;
    let error = read_posts_from(text.as_bytes(), "posts.csv", Format::Csv, &config).unwrap_err().to_string();
    assert_eq!(error, "posts.csv: line 2, column `likes`: a count below 0");
}

/// A row that is not used has no uid that another one could repeat.
#[test]
fn a_rejected_row_leaves_its_uid() {
    let text = "uid,text,likes\n1,a,-5\n1,a,5\n1,a,6\n";
    let found = csv(text, &PostConfig::default());
    assert_eq!(found.posts.iter().map(|post| post.engagement.likes).collect::<Vec<_>>(), [Some(5)]);
    assert_eq!(found.report.to_string(), "posts.csv: 3 rows, 1 used, 2 rejected: bad_count 1, duplicate_uid 1");
    assert_eq!(found.report.rejections[1].to_string(), "line 4, column `uid`: the row of line 3 has the same uid");
}

#[test]
fn a_column_that_is_named_must_be_there() {
    let of = |format, text: &str| {
        read_posts_from(text.as_bytes(), "f", format, &PostConfig::facebook()).unwrap_err().to_string()
    };
    let header = "id\ttext\tpage\ttimestamp\tlikes\tshares\tcomments\tlove\twow\thaha\tpost_type\n";
    let error = of(Format::Tsv, header);
    assert!(error.contains("no column `sad` or `angry`"), "{error}");
    let error = of(Format::Jsonl, "{\"text\": \"a\", \"page\": \"p\", \"timestamp\": \"2020-01-01\"}\n");
    assert!(error.contains("no column `post_type` or `likes`"), "{error}");
    let error = of(Format::Lines, "a\n");
    assert!(error.contains("read.required: f is read as plain lines, which have no column `love`"), "{error}");
}

#[test]
fn the_same_in_every_format() {
    let rows = [
        (Format::Csv, "id,text,likes\n1,a,3\n2,b,x\n3,c,\n"),
        (Format::Tsv, "id\ttext\tlikes\n1\ta\t3\n2\tb\tx\n3\tc\t\n"),
        (
            Format::Jsonl,
            "{\"id\":1,\"text\":\"a\",\"likes\":3}\n{\"id\":2,\"text\":\"b\",\"likes\":[1]}\n{\"id\":3,\"text\":\"c\",\"likes\":null}\n",
        ),
    ];
    let posts = rows.map(|(format, text)| {
        let found = read_posts_from(text.as_bytes(), "f", format, &PostConfig::default()).unwrap();
        assert_eq!((found.report.rejected, found.report.rejections[0].column.as_str()), (1, "likes"));
        found.posts
    });
    assert!(posts[0] == posts[1] && posts[1] == posts[2], "{posts:?}");
    let lines = read_posts_from(&b"a\nb\n"[..], "f", Format::Lines, &PostConfig::default()).unwrap();
    assert_eq!((lines.posts.len(), lines.posts[0].engagement.likes), (2, None));
}

/// CPython 3.11: rows = list(csv.DictReader(open(file, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE));
/// len(rows), len({row["id"] for row in rows}), [sum(int(row[k]) for row in {row["id"]: row for row in reversed(rows)}.values())
/// for k in ("likes", "shares", "comments", "love")]: the first row of each id.
#[test]
fn public_posts() {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    let sum = |posts: &[Post], of: fn(&Post) -> Option<u64>| posts.iter().filter_map(of).sum::<u64>();
    for (name, config, platform, rows, sums) in [
        (
            "zh_weibo_cctv_posts/all",
            PostConfig::weibo(),
            "weibo",
            [7_854, 7_851],
            [412_764_645, 78_149_619, 26_646_872, 0],
        ),
        (
            "fb_page_posts_reactions/sample",
            PostConfig::facebook(),
            "facebook",
            [55_000, 54_711],
            [536_450_855, 66_074_551, 22_469_223, 19_367_376],
        ),
        ("sanders_brand_tweets/train", PostConfig::tweets(), "twitter", [3_576, 3_576], [0; 4]),
    ] {
        let found = read_posts(format!("{data}/{name}.tsv"), &config).unwrap();
        let found_sums = [
            sum(&found.posts, |post| post.engagement.likes),
            sum(&found.posts, |post| post.engagement.shares),
            sum(&found.posts, |post| post.engagement.comments),
            sum(&found.posts, |post| post.engagement.reactions.get("love").copied()),
        ];
        assert_eq!(([found.report.rows, found.report.used], found_sums), (rows, sums), "{}", found.report);
        assert_eq!(
            found.report.by_reason.get("duplicate_uid").copied().unwrap_or(0),
            rows[0] - rows[1],
            "{}",
            found.report
        );
        assert!(found.posts.iter().all(|post| post.platform() == Some(platform) && post.brand().is_some()));
        assert!(found.posts.iter().all(|post| post.feedback.time.is_some()));
    }
}
