//! Where a text repeats a secret, in whatever spelling.
//!
//! A text is looked through as it stands, and again with one layer of its escapes undone, until there are none left:
//! those of percent and form encoding, of JSON, of HTML, and all of them in one go, since texts mix them. Each time what
//! may be Base64 is decoded and looked through too. The secret is looked for as it is, and with its own escapes undone,
//! because a secret that looks like an escape is undone together with the text around it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretSlice};

/// So many layers of escapes are undone.
const LAYERS: usize = 6;

/// What is shorter occurs in sentences by chance.
const SHORTEST: usize = 6;

/// The Base64 of the shortest secret.
const SHORTEST_RUN: usize = 8;

/// What to look for.
pub(super) struct Needle {
    /// As it is, and without what looks like an escape in it.
    forms: Vec<SecretSlice<u8>>,
}

impl Needle {
    /// `None` for a secret that is too short.
    pub(super) fn new(secret: &str) -> Option<Self> {
        if secret.len() < SHORTEST {
            return None;
        }
        let mut forms = vec![secret.as_bytes().to_vec()];
        for escapes in Escapes::EACH.into_iter().chain([Escapes::ALL]) {
            let mut view = View::of(secret.as_bytes());
            // It ends, because what an escape stands for is shorter than the escape.
            while let Some(next) = view.undone(escapes) {
                view = next;
            }
            let form = view.bytes.into_owned();
            if form.len() >= SHORTEST && !forms.contains(&form) {
                forms.push(form);
            }
        }
        let forms = forms.into_iter().map(SecretSlice::from).collect();
        Some(Self { forms })
    }

    fn secret(&self) -> &[u8] {
        self.forms[0].expose_secret()
    }

    fn forms(&self) -> impl Iterator<Item = &[u8]> {
        self.forms.iter().map(ExposeSecret::expose_secret)
    }
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.secret() == other.secret()
    }
}

/// Where the text repeats one of the secrets: in order, apart from each other.
pub(super) fn find(text: &[u8], needles: &[Arc<Needle>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    Search::for_all(needles).look(text, true, &mut found);
    if found.is_empty() {
        return found;
    }
    // They come in no order, and those that touch are one.
    let mut is_found = vec![false; text.len()];
    for range in found {
        is_found[range].fill(true);
    }
    let mut at = 0;
    let runs = is_found.chunk_by(|one, next| one == next);
    runs.filter_map(|run| {
        let start = at;
        at += run.len();
        run[0].then_some(start..at)
    })
    .collect()
}

struct Search<'n> {
    forms: Vec<&'n [u8]>,
    /// The bytes that one of them may begin with.
    first: [bool; 256],
}

impl<'n> Search<'n> {
    fn for_all(needles: &'n [Arc<Needle>]) -> Self {
        let forms: Vec<&[u8]> = needles.iter().flat_map(|needle| needle.forms()).collect();
        let mut first = [false; 256];
        for form in &forms {
            first[usize::from(form[0])] = true;
            if same(form[0], b' ') {
                first[usize::from(b' ')] = true;
                first[usize::from(b'+')] = true;
            }
        }
        Self { forms, first }
    }

    fn look(&self, text: &[u8], base64: bool, found: &mut Vec<Range<usize>>) {
        let mut at_view = |view: &View<'_>| {
            let mut add = |range| found.push(view.range(range));
            self.as_it_is(&view.bytes, &mut add);
            if base64 {
                self.in_base64(&view.bytes, &mut add);
            }
        };
        let text = View::of(text);
        at_view(&text);
        // Under those of one kind there may be those of another, so all in one go are always tried.
        for escapes in Escapes::EACH.into_iter().chain([Escapes::ALL]) {
            let mut view = text.undone(escapes);
            for _ in 0..LAYERS {
                let Some(present) = view else { break };
                at_view(&present);
                view = present.undone(escapes);
            }
        }
    }

    fn as_it_is(&self, text: &[u8], found: &mut dyn FnMut(Range<usize>)) {
        for (at, byte) in text.iter().enumerate() {
            if !self.first[usize::from(*byte)] {
                continue;
            }
            for form in &self.forms {
                let there = text.get(at..at + form.len());
                if there.is_some_and(|there| there.iter().zip(*form).all(|(a, b)| same(*a, *b))) {
                    found(at..at + form.len());
                }
            }
        }
    }

    /// Looks into every run of Base64, in either alphabet, with padding or without. Where in a run the encoded text
    /// begins is not known, so all four places are tried. Encoders break long lines, so a run may go on behind a line
    /// break.
    fn in_base64(&self, text: &[u8], found: &mut dyn FnMut(Range<usize>)) {
        let mut places = Vec::new();
        let mut at = 0;
        while at < text.len() {
            places.clear();
            while let Some(byte) = text.get(at)
                && (digit(*byte).is_some() || is_break(*byte))
            {
                if !is_break(*byte) {
                    places.push(at);
                }
                at += 1;
            }
            at += 1;
            if places.len() < SHORTEST_RUN {
                continue;
            }
            // The digits that hold a secret.
            let mut inside: Option<Range<usize>> = None;
            for skipped in 0..4 {
                let decoded = decode(places[skipped..].iter().map(|place| text[*place]));
                let mut ranges = Vec::new();
                // Not for Base64 within Base64: every level would cost four times as much as the one above.
                self.look(&decoded, false, &mut ranges);
                for range in ranges {
                    // A digit has six bits, so those at the ends may hold a part of what stands beside the secret too.
                    let start = skipped + range.start * 8 / 6;
                    let end = skipped + (range.end * 8).div_ceil(6);
                    inside = Some(match inside {
                        Some(before) => before.start.min(start)..before.end.max(end),
                        None => start..end,
                    });
                }
            }
            if let Some(inside) = inside {
                let (first, last) = (places[inside.start], places[inside.end - 1]);
                found(whole_lines(text, first..last));
            }
        }
    }
}

/// All of the Base64 on the lines of this range, with the padding at its end.
fn whole_lines(text: &[u8], mut range: Range<usize>) -> Range<usize> {
    while range.start > 0 && digit(text[range.start - 1]).is_some() {
        range.start -= 1;
    }
    let belongs = |byte: &u8| digit(*byte).is_some() || *byte == b'=';
    while text.get(range.end).is_some_and(belongs) {
        range.end += 1;
    }
    range
}

/// `+` stands for a space in forms, so one is taken for the other.
fn same(a: u8, b: u8) -> bool {
    a == b || matches!((a, b), (b'+', b' ') | (b' ', b'+'))
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The bytes that are complete.
fn decode(digits: impl Iterator<Item = u8>) -> Vec<u8> {
    let (mut bits, mut count) = (0_u32, 0);
    let mut bytes = Vec::new();
    for value in digits.filter_map(digit) {
        bits = bits * 64 + u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            // The upper bits have been written before.
            bytes.push((bits >> count).to_le_bytes()[0]);
            bits &= 0xff;
        }
    }
    bytes
}

/// A text, or what is left of it when some layers of its escapes are undone.
struct View<'t> {
    bytes: Cow<'t, [u8]>,
    /// Where each byte begins in the text, and the text's end; `None` while it is the text itself.
    places: Option<Vec<usize>>,
}

impl<'t> View<'t> {
    fn of(text: &'t [u8]) -> Self {
        Self {
            bytes: Cow::Borrowed(text),
            places: None,
        }
    }

    fn range(&self, range: Range<usize>) -> Range<usize> {
        match &self.places {
            None => range,
            Some(places) => places[range.start]..places[range.end],
        }
    }

    fn has(&self, escapes: Escapes) -> bool {
        let mut bytes = self.bytes.iter().enumerate();
        bytes
            .any(|(at, byte)| escapes.0.contains(byte) && escapes.read(&self.bytes[at..]).is_some())
    }

    /// With one more layer undone, if there is one.
    fn undone(&self, escapes: Escapes) -> Option<Self> {
        if !self.has(escapes) {
            return None;
        }
        let text = &*self.bytes;
        let place = |at: usize| self.places.as_ref().map_or(at, |places| places[at]);
        let mut bytes = Vec::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len() + 1);
        let mut at = 0;
        while at < text.len() {
            let (length, meant) = match escapes.read(&text[at..]) {
                Some(escape) => escape,
                None => (1, Meant::Byte(text[at])),
            };
            match meant {
                Meant::Byte(byte) => bytes.push(byte),
                Meant::Char(char) => {
                    bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            places.resize(bytes.len(), place(at));
            at += length;
        }
        places.push(place(text.len()));
        Some(Self {
            bytes: Cow::Owned(bytes),
            places: Some(places),
        })
    }
}

/// What an escape stands for.
enum Meant {
    Byte(u8),
    Char(char),
}

/// Which escapes are undone: those that begin with these bytes.
#[derive(Clone, Copy)]
struct Escapes(&'static [u8]);

impl Escapes {
    const EACH: [Self; 3] = [Self(b"%"), Self(b"\\"), Self(b"&")];
    const ALL: Self = Self(b"%\\&");

    fn read(self, text: &[u8]) -> Option<(usize, Meant)> {
        self.0.contains(text.first()?).then(|| escape(text))?
    }
}

/// The escape that the text begins with: its length, and what it stands for.
fn escape(text: &[u8]) -> Option<(usize, Meant)> {
    match text {
        [b'%', high, low, ..] => Some((3, Meant::Byte(hex(&[*high, *low])?.try_into().ok()?))),
        [b'\\', b'u', b'{', rest @ ..] => {
            // Six digits at most, as Rust and JavaScript write it.
            let length = rest.iter().take(7).position(|byte| *byte == b'}')?;
            let char = char::from_u32(hex(&rest[..length])?)?;
            Some((length + 4, Meant::Char(char)))
        }
        [b'\\', b'u', rest @ ..] => {
            let unit = hex(rest.get(..4)?)?;
            let second = || match rest.get(4..10)? {
                [b'\\', b'u', low @ ..] => hex(low),
                _ => None,
            };
            match unit {
                0xd800..=0xdbff => {
                    let low = second().filter(|low| (0xdc00..=0xdfff).contains(low))?;
                    let char = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    Some((12, Meant::Char(char::from_u32(char)?)))
                }
                unit => Some((6, Meant::Char(char::from_u32(unit)?))),
            }
        }
        [b'\\', b'x', high, low, ..] => {
            Some((4, Meant::Byte(hex(&[*high, *low])?.try_into().ok()?)))
        }
        [b'\\', byte, ..] => {
            let byte = match byte {
                b'"' | b'\\' | b'/' | b'\'' => *byte,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'f' => 12,
                b'r' => b'\r',
                _ => return None,
            };
            Some((2, Meant::Byte(byte)))
        }
        [b'&', rest @ ..] => {
            // Nothing that is read here is longer than `#1114111` and `#x10ffff`, but for zeros in front.
            let length = rest.iter().take(10).position(|byte| *byte == b';')?;
            let char = match &rest[..length] {
                b"amp" => '&',
                b"lt" => '<',
                b"gt" => '>',
                b"quot" => '"',
                b"apos" => '\'',
                [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hex(digits)?)?,
                [b'#', digits @ ..] => {
                    let digits = std::str::from_utf8(digits).ok()?;
                    char::from_u32(digits.parse().ok()?)?
                }
                _ => return None,
            };
            Some((length + 2, Meant::Char(char)))
        }
        _ => None,
    }
}

/// What these digits are, which are eight at most.
fn hex(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |sum, digit| {
        Some(sum * 16 + char::from(*digit).to_digit(16)?)
    })
}
