//! Writing HTML: nothing gets into it unescaped.

use std::fmt::Write;

/// The page as it grows.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text, escaped; it is safe within quotes too.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                c => self.0.push(c),
            }
        }
        self
    }

    /// Text in a tag: `<code>text</code>`.
    pub(super) fn tag(&mut self, tag: &str, text: &str) -> &mut Self {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "<{tag}>");
        self.text(text);
        let _ = write!(self.0, "</{tag}>");
        self
    }

    /// A link within the page.
    pub(super) fn link(&mut self, to: &str, text: &str) -> &mut Self {
        self.raw("<a href=\"#").text(to).raw("\">");
        self.text(text).raw("</a>")
    }

    /// Paragraphs, with `code` and **strong** words in them.
    pub(super) fn prose(&mut self, text: &str) -> &mut Self {
        for paragraph in text.split("\n\n").filter(|text| !text.is_empty()) {
            self.raw("<p>").phrase(paragraph).raw("</p>");
        }
        self
    }

    /// A line with `code` and **strong** words in it.
    pub(super) fn phrase(&mut self, text: &str) -> &mut Self {
        for (index, part) in text.split('`').enumerate() {
            if index % 2 == 1 {
                self.tag("code", part);
                continue;
            }
            for (index, part) in part.split("**").enumerate() {
                match index % 2 {
                    1 => self.tag("strong", part),
                    _ => self.text(part),
                };
            }
        }
        self
    }

    /// A table whose rows have a heading and a cell, if there are any.
    pub(super) fn table(
        &mut self,
        title: &str,
        rows: impl IntoIterator<Item = (Html, Html)>,
    ) -> &mut Self {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return self;
        }
        if !title.is_empty() {
            self.tag("h4", title);
        }
        self.raw("<div class=\"table\"><table>");
        for (head, cell) in rows {
            self.raw("<tr><th scope=\"row\">").raw(&head.0);
            self.raw("</th><td>").raw(&cell.0).raw("</td></tr>");
        }
        self.raw("</table></div>")
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut html = Html::default();
        html.tag("b", "<i>\"&\"</i>").prose("a `b<c` **d**\n\ne");
        assert_eq!(
            html.into_string(),
            "<b>&lt;i&gt;&quot;&amp;&quot;&lt;/i&gt;</b>\
             <p>a <code>b&lt;c</code> <strong>d</strong></p><p>e</p>"
        );
    }
}
