//! People's names.

use std::cmp::Reverse;

use plaudit_core::{Error, Result};
use regex::{Regex, RegexBuilder};

use super::{MaskKind, MaskSpan, pattern};

/// Names beside titles.
#[derive(Debug, Clone)]
pub(super) struct Titled {
    english: Regex,
    before: Regex,
    word: Regex,
    chinese: Regex,
}

/// A title or several (`Prof. Dr.`) and what may be a name: words with capitals or initials, perhaps with particles between them.
/// After a title that hardly stands alone, also one word in small letters. Or a word with a capital before `sir` or `madam`, as in
/// South Asia.
const ENGLISH: &str = r"(?x)
    \b (?: (?i:prof|profs|dr|mr|mrs|ms|mx)\. [\ \u{a0}]*
         | (?: (?i:prof|profs|professors?|dr|mr|mrs|ms|mx) | Miss | MISS | Sir | Madam ) [\ \u{a0}]+ )+
    (
        (?: (?: de|da|del|della|di|du|la|le|van|von|der|den|bin|al|el ) [\ \u{a0}]+ )* \p{Lu}[\p{L}\p{M}'’\-]*\.?
        (?: [\ \u{a0}]+ (?: (?: de|da|del|della|di|du|la|le|van|von|der|den|bin|al|el ) [\ \u{a0}]+ )* \p{Lu}[\p{L}\p{M}'’\-]*\.? ){0,3}
    )
    | \b (?i:dr|mr|mrs|ms|mx)\.? [\ \u{a0}]+ ( \p{Ll}[\p{L}\p{M}'’\-]+ )";
const BEFORE: &str = r"(?x) \b ( \p{Lu}[\p{L}\p{M}'’\-]+ ) [\ \u{a0}]+ (?i: sir | madam | ma['’]?am ) \b";
const WORD: &str = r"[\p{L}\p{M}'’\-]+\.?";
const CHINESE: &str = "老师|老師|教授|先生|女士";

/// Words that begin a sentence, or follow a title without a name. Lower case.
const NO_NAME: &str = "dear hello hi hey respected honourable honorable thank sorry please ok okay welcome new \
    a about after all also always am an and are as at attendance avoid awesome bad be because been before best better but by can class \
    classes could course department did do does doesn't don't during easy every ever everyone explains expects for from fun funny gave gets gives go good \
    got grades great had hard has hasn't have he he'd he's her here hers hi him his how however i i'd i'll i'm i've if in is isn't it it's its just know \
    knows lectures likes literally loved loves made makes may me more most must my never nice no not now of office on one only \
    or our out overall please prof professor really recommend right said says seems she she's should since so some student students such super sure \
    take taught teaches tests than thank thanks that that's the their them then there these they they're this those to too totally \
    truly tries very want was wasn't we we've well were what when where which while who who's why will with would wouldn't yes you you'll your";

/// Some 270 frequent surnames in simplified and some in traditional characters, without those that mostly are other
/// words before a title.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤温\
    康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景\
    宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蔣葉蘇呂盧薑鍾譚陸範賈";
/// Surnames of two characters.
const DOUBLE: [&str; 10] = ["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐"];
/// Characters that no given name has, but words before a title do.
const NO_GIVEN: &str = "的了是个位有好很多不这那我你他她它们和与跟对给让请问见被把在从到也都就还最每各任某些些何吗呢吧啊位名课学语老大新女男外英数理化史体音美班主级系校院里上下中前后谢";
/// Words that begin like a name, or end like one, before a title.
const NO_NAME_HAN: [&str; 33] = [
    "主任", "责任", "信任", "任课", "任何", "高中", "高数", "高等", "高级", "金融", "方法", "程序", "管理", "安全",
    "文科", "文学", "化学", "历史", "华文", "对于", "关于", "由于", "至于", "时候", "全体", "全部", "成为", "路过",
    "单位", "应该", "解答", "古文", "和蔼",
];

impl Titled {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            english: pattern(ENGLISH)?,
            before: pattern(BEFORE)?,
            word: pattern(WORD)?,
            chinese: pattern(CHINESE)?,
        })
    }

    /// Adds the names that stand beside a title.
    pub(super) fn find(&self, text: &str, found: &mut Vec<MaskSpan>) {
        for groups in self.english.captures_iter(text) {
            let Some(name) = groups.get(1).or_else(|| groups.get(2)) else { continue };
            let mut end = None;
            for word in self.word.find_iter(name.as_str()) {
                if is_no_name(word.as_str()) {
                    break;
                }
                // A genitive, or the full stop of the sentence, ends a name.
                let after = after(word.as_str());
                end = Some(word.end() - after);
                if after > 0 {
                    break;
                }
            }
            if let Some(end) = end {
                found.push(MaskSpan { start: name.start(), end: name.start() + end, kind: MaskKind::Name });
            }
        }
        for groups in self.before.captures_iter(text) {
            let Some(name) = groups.get(1).filter(|name| !is_no_name(name.as_str())) else { continue };
            found.push(MaskSpan { start: name.start(), end: name.end(), kind: MaskKind::Name });
        }
        for title in self.chinese.find_iter(text) {
            let before = text.get(..title.start()).unwrap_or_default();
            if let Some(start) = name_at_end(before) {
                found.push(MaskSpan { start, end: title.start(), kind: MaskKind::Name });
            }
        }
    }
}

/// Whether a word of English is no part of a name.
fn is_no_name(word: &str) -> bool {
    let word = word.trim_end_matches('.').replace('’', "'").to_lowercase();
    NO_NAME.split_ascii_whitespace().any(|other| other == word)
}

/// How many bytes at the end of a word of a name are the ending of a genitive, or a full stop that belongs to the
/// sentence and not to an initial or a short form.
fn after(word: &str) -> usize {
    let bare =
        word.strip_suffix('.').filter(|bare| bare.chars().nth(1).is_some() && !["St", "Jr", "Sr"].contains(bare));
    let bare = bare.unwrap_or(word);
    let owner = ["'s", "’s", "'", "’"].into_iter().find_map(|ending| bare.strip_suffix(ending)).unwrap_or(bare);
    word.len() - owner.len()
}

/// Where the Chinese name begins that a text ends with: a surname and up to two more characters. The longest counts,
/// because the last character of many names is a surname, too.
fn name_at_end(text: &str) -> Option<usize> {
    let mut places = text.char_indices().rev();
    let mut last = [(0, '\0'); 4];
    let mut len = 0;
    for (slot, place) in last.iter_mut().zip(&mut places) {
        *slot = place;
        len += 1;
    }
    for characters in (1..=len).rev() {
        let Some(&(start, surname)) = last.get(characters - 1) else { continue };
        let name = text.get(start..)?;
        let double = DOUBLE.iter().any(|double| name.starts_with(double));
        let given = characters.saturating_sub(if double { 2 } else { 1 });
        let single = characters < 4 && SURNAMES.contains(surname);
        let ends_well = name.chars().rev().take(given).all(|c| is_han(c) && !NO_GIVEN.contains(c));
        if (double || single) && given <= 2 && ends_well && !is_word(text, start) {
            return Some(start);
        }
    }
    None
}

/// Whether the characters at a place belong to a word that is no name.
fn is_word(text: &str, start: usize) -> bool {
    let (before, name) = text.split_at_checked(start).unwrap_or_default();
    let mut around = before.chars().next_back().into_iter().chain(name.chars().take(1)).collect::<String>();
    let begins = NO_NAME_HAN.iter().any(|word| name.starts_with(word));
    let ends = NO_NAME_HAN.contains(&around.as_str());
    around.pop();
    // 谢 is thanks where it stands after one of these.
    begins || ends || (name.starts_with('谢') && ["感", "多", "谢", "致", "答"].contains(&around.as_str()))
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '·')
}

/// Names of a list.
#[derive(Debug, Clone)]
pub(super) struct Listed(Regex);

impl Listed {
    /// Returns what finds these names, the longest of those that begin at one place.
    pub(super) fn new(names: &[String]) -> Result<Self> {
        let mut names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
        names.sort_by_key(|name| (Reverse(name.len()), *name));
        names.dedup();
        let parts: Vec<String> = names.into_iter().map(of_name).collect();
        let regex = RegexBuilder::new(&parts.join("|")).case_insensitive(true).size_limit(1 << 28).build();
        regex.map(Self).map_err(|_| Error::config("names: too many or too long to be searched for together"))
    }

    pub(super) fn find(&self, text: &str, found: &mut Vec<MaskSpan>) {
        let spans = self.0.find_iter(text).map(|m| MaskSpan { start: m.start(), end: m.end(), kind: MaskKind::Name });
        found.extend(spans);
    }
}

/// The pattern of a name: any space between its words, either apostrophe.
fn of_name(name: &str) -> String {
    let words = name.split_whitespace().map(|word| regex::escape(word).replace(['\'', '’'], "['’]"));
    let words = words.collect::<Vec<_>>().join(r"\s+");
    // A bound stands beside a letter that is written with spaces around its words.
    let bound = |edge: Option<char>| if edge.is_some_and(is_of_word) { r"\b" } else { "" };
    format!("{}{words}{}", bound(name.chars().next()), bound(name.chars().next_back()))
}

/// Whether a character belongs to words between spaces: not Chinese, Japanese, Thai, Lao, Khmer or Burmese.
fn is_of_word(c: char) -> bool {
    let unspaced = matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
    c.is_alphanumeric() && !unspaced
}
