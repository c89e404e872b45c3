//! Stripe's form encoding: `a[b][c]=1`, `a[0][b]=2`, `a[]=3`.

use actix_web::web::Query;
use data_encoding::HEXUPPER;

/// The decoded pairs in the order they came.
pub(crate) type Pairs = Vec<(String, String)>;

/// What stands under one name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Leaf(String),
    Branch(Branch),
}

/// Named nodes in the order first seen; a list is a branch whose names are its indices.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Branch(pub(crate) Vec<(String, Node)>);

/// Decodes `a=1&b=2`; text that is no form decodes to nothing.
pub(crate) fn pairs(encoded: &str) -> Pairs {
    Query::<Pairs>::from_query(encoded).map_or_else(|_| Pairs::new(), Query::into_inner)
}

/// The value of the plain field `name`, for forms that have no brackets.
pub(crate) fn field<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

/// The inverse of [`pairs`]; all but unreserved characters are escaped.
pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(byte.into());
            }
            _ => {
                escaped.push('%');
                HEXUPPER.encode_append(&[byte], &mut escaped);
            }
        }
    }
    escaped
}

/// Groups pairs by their brackets.
pub(crate) fn tree(pairs: &Pairs) -> Branch {
    let mut root = Branch::default();
    for (name, value) in pairs {
        root.plant(&segments(name), value);
    }
    root
}

impl Branch {
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, node)| node)
    }

    fn plant(&mut self, path: &[&str], value: &str) {
        let [first, rest @ ..] = path else { return };
        let name = match *first {
            "" => self.0.len().to_string(),
            name => name.to_owned(),
        };
        let at = self.0.iter().position(|(key, _)| *key == name);
        let at = at.unwrap_or_else(|| {
            self.0.push((name, Node::Branch(Self::default())));
            self.0.len() - 1
        });
        let node = &mut self.0[at].1;
        match (rest, &mut *node) {
            ([], _) => *node = Node::Leaf(value.to_owned()),
            (_, Node::Branch(branch)) => branch.plant(rest, value),
            (_, Node::Leaf(_)) => {
                let mut branch = Self::default();
                branch.plant(rest, value);
                *node = Node::Branch(branch);
            }
        }
    }
}

/// `a[b][]` is `a`, `b`, and nothing; a name whose brackets do not close is one plain name.
fn segments(name: &str) -> Vec<&str> {
    let Some((head, tail)) = name.split_once('[') else {
        return vec![name];
    };
    let Some(tail) = tail.strip_suffix(']') else {
        return vec![name];
    };
    let mut path = vec![head];
    path.extend(tail.split("]["));
    path
}

#[cfg(test)]
mod tests {
    use super::{Branch, Node, encode, pairs, tree};

    fn leaf(text: &str) -> Node {
        Node::Leaf(text.into())
    }

    fn branch(nodes: &[(&str, Node)]) -> Node {
        let named = nodes
            .iter()
            .map(|(name, node)| ((*name).into(), node.clone()));
        Node::Branch(Branch(named.collect()))
    }

    #[test]
    fn brackets_become_branches() {
        let cases = [
            (
                "a=1&b=%26+x",
                branch(&[("a", leaf("1")), ("b", leaf("& x"))]),
            ),
            (
                "a[b][c]=1",
                branch(&[("a", branch(&[("b", branch(&[("c", leaf("1"))]))]))]),
            ),
            (
                "a%5B0%5D=x&a%5B1%5D=y",
                branch(&[("a", branch(&[("0", leaf("x")), ("1", leaf("y"))]))]),
            ),
            (
                "a[]=x&a[]=y",
                branch(&[("a", branch(&[("0", leaf("x")), ("1", leaf("y"))]))]),
            ),
            ("a=1&a[b]=2", branch(&[("a", branch(&[("b", leaf("2"))]))])),
            ("a[b=1", branch(&[("a[b", leaf("1"))])),
            ("", branch(&[])),
        ];
        for (encoded, expected) in cases {
            assert_eq!(Node::Branch(tree(&pairs(encoded))), expected, "{encoded}");
        }
    }

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let field = ("sta te", "a&b=ü%+\"");
        let decoded = pairs(&encode(&[field]));
        assert_eq!(decoded, [(field.0.to_owned(), field.1.to_owned())]);
    }
}
