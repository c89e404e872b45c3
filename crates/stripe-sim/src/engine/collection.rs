use std::collections::HashMap;

use crate::model::object::StripeObject;

/// Objects of one type, oldest first.
pub(crate) struct Collection<T> {
    items: Vec<T>,
    positions: HashMap<String, usize>,
}

impl<T> Default for Collection<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            positions: HashMap::new(),
        }
    }
}

impl<T: StripeObject> Collection<T> {
    pub(crate) fn insert(&mut self, item: T) {
        let position = self.items.len();
        self.positions.insert(item.id().to_owned(), position);
        self.items.push(item);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.items.get(*self.positions.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.items.get_mut(*self.positions.get(id)?)
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.items.retain(keep);
        let ids = self.items.iter().map(|item| item.id().to_owned());
        self.positions = ids.zip(0..).collect();
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.items.iter_mut()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.items.iter()
    }
}
