//! Stripe's nested form fields: `a[b][c]=1`, `a[0][b]=2`, `a[]=3`.

use crate::base::form::Pairs;

/// The value of one name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Leaf(String),
    Branch(Branch),
}

/// Named nodes in the order of their first occurrence. The names of a list are its indices.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Branch(pub(crate) Vec<(String, Node)>);

/// Groups decoded pairs by the brackets in their names.
pub(crate) fn tree(pairs: &Pairs) -> Branch {
    let mut root = Branch::default();
    for (name, value) in pairs {
        root.insert(&segments(name), value);
    }
    root
}

impl Branch {
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, node)| node)
    }

    fn insert(&mut self, path: &[&str], value: &str) {
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
            (_, Node::Branch(branch)) => branch.insert(rest, value),
            (_, Node::Leaf(_)) => {
                let mut branch = Self::default();
                branch.insert(rest, value);
                *node = Node::Branch(branch);
            }
        }
    }
}

/// Splits `a[b][]` into `a`, `b` and an empty segment. A name with unbalanced brackets is one
/// segment.
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
    use super::{Branch, Node, tree};
    use crate::base::form::decode;

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
            assert_eq!(
                Node::Branch(tree(&decode(encoded.as_bytes()))),
                expected,
                "{encoded}"
            );
        }
    }
}
