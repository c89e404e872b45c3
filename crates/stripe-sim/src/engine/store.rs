use std::collections::HashMap;

use crate::base::error::StripeError;
use crate::base::scope::Scope;
use crate::engine::objects::{Objects, Stored};

/// The objects of all accounts in both modes.
#[derive(Default)]
pub(crate) struct Store(HashMap<Scope, Objects>);

impl Store {
    pub(crate) fn insert<T: Stored>(&mut self, scope: &Scope, object: T) {
        let objects = self.0.entry(scope.clone()).or_default();
        T::collection_mut(objects).insert(object);
    }

    /// The object, or Stripe's error for an unknown id.
    pub(crate) fn get<T: Stored>(&self, scope: &Scope, id: &str) -> Result<&T, StripeError> {
        self.find(scope, id).ok_or_else(|| {
            let in_other_mode = self.find::<T>(&scope.in_other_mode(), id).is_some();
            no_such::<T>(scope, id, in_other_mode)
        })
    }

    /// The object for changes, or Stripe's error for an unknown id.
    pub(crate) fn get_mut<T: Stored>(
        &mut self,
        scope: &Scope,
        id: &str,
    ) -> Result<&mut T, StripeError> {
        let in_other_mode = self.find::<T>(&scope.in_other_mode(), id).is_some();
        let objects = self.0.get_mut(scope);
        objects
            .and_then(|objects| T::collection_mut(objects).get_mut(id))
            .ok_or_else(|| no_such::<T>(scope, id, in_other_mode))
    }

    /// Deletes those objects of one scope that are not to be kept.
    pub(crate) fn retain<T: Stored>(&mut self, scope: &Scope, keep: impl FnMut(&T) -> bool) {
        if let Some(objects) = self.0.get_mut(scope) {
            T::collection_mut(objects).retain(keep);
        }
    }

    /// Changes all objects of one type in one scope.
    pub(crate) fn update_all<T: Stored>(&mut self, scope: &Scope, change: impl FnMut(&mut T)) {
        if let Some(objects) = self.0.get_mut(scope) {
            T::collection_mut(objects).iter_mut().for_each(change);
        }
    }

    /// Deletes all objects of one scope.
    pub(crate) fn wipe(&mut self, scope: &Scope) {
        self.0.remove(scope);
    }

    /// The objects of one scope, oldest first.
    pub(crate) fn list<T: Stored>(&self, scope: &Scope) -> impl DoubleEndedIterator<Item = &T> {
        let objects = self.0.get(scope);
        objects
            .into_iter()
            .flat_map(|objects| T::collection(objects).iter())
    }

    /// The objects of all scopes in no particular order.
    pub(crate) fn list_all<T: Stored>(&self) -> impl Iterator<Item = (&Scope, &T)> {
        self.0.iter().flat_map(|(scope, objects)| {
            T::collection(objects)
                .iter()
                .map(move |object| (scope, object))
        })
    }

    /// The scope that contains the object `id`.
    pub(crate) fn scope_of<T: Stored>(&self, id: &str) -> Option<Scope> {
        let contains = |objects: &Objects| T::collection(objects).get(id).is_some();
        let found = self.0.iter().find(|(_, objects)| contains(objects));
        found.map(|(scope, _)| scope.clone())
    }

    fn find<T: Stored>(&self, scope: &Scope, id: &str) -> Option<&T> {
        T::collection(self.0.get(scope)?).get(id)
    }
}

/// The error for an unknown id. The message has a hint if the other mode has the object.
fn no_such<T: Stored>(scope: &Scope, id: &str, in_other_mode: bool) -> StripeError {
    let noun = T::NOUN;
    let hint = if in_other_mode {
        format!(
            "; a similar object exists in {other} mode, but a {mode} mode key was used to make this request.",
            other = scope.mode.other().as_str(),
            mode = scope.mode.as_str(),
        )
    } else {
        String::new()
    };
    let error = StripeError::new(404, format!("No such {noun}: '{id}'{hint}"));
    error.code("resource_missing").param(T::PARAM)
}
