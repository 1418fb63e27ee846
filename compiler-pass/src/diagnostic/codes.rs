//! The codes and their pages.

/// A code and its page, as `croft explain` shows it.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The code.
    pub code: &'static str,
    /// The page, in Markdown.
    pub page: &'static str,
}

macro_rules! codes {
    ($($code:literal),* $(,)?) => {
        /// All codes, in order.
        pub const CODES: &[Code] =
            &[$(Code { code: $code, page: include_str!(concat!("../../../docs/errors/", $code, ".md")) }),*];
    };
}

codes![
    "R0101", "R0102", "R0103", "R0104", "R0105", "R0201", "R0202", "R0203", "R0204", "R0205", "R0301",
    "R0302", "R0303", "R0304", "R0305", "R0401", "R0402", "R0403", "R0404", "R0405", "R0601", "R0602",
    "R0901", "R0902", "R0903", "R0904", "R0905", "R0906", "R0907",
];

impl Code {
    /// The code with this name, in any case.
    pub fn find(name: &str) -> Option<Code> {
        CODES
            .iter()
            .copied()
            .find(|code| code.code.eq_ignore_ascii_case(name))
    }

    /// The page's title, without the code.
    pub fn title(&self) -> &'static str {
        let first = self.page.lines().next().unwrap_or_default();
        first.split_once(": ").map_or(first, |(_, title)| title)
    }

    /// The first paragraph of the page, on one line.
    pub fn summary(&self) -> String {
        let lines = self
            .page
            .lines()
            .skip(1)
            .skip_while(|line| line.trim().is_empty());
        let paragraph: Vec<&str> = lines.take_while(|line| !line.trim().is_empty()).collect();
        paragraph.join(" ")
    }

    /// The position in [`CODES`].
    pub fn index(&self) -> usize {
        CODES.iter().take_while(|known| known.code < self.code).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_know_their_place() {
        for (index, code) in CODES.iter().enumerate() {
            assert_eq!(code.index(), index, "{}", code.code);
            assert!(
                !code.title().is_empty() && !code.summary().is_empty(),
                "{}",
                code.code
            );
            assert!(!code.summary().contains('#'), "{}", code.code);
        }
    }
}
