//! Objects in the order they were made, and the two calls that every kind of object has.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::call::Call;
use crate::error::{Answer, StripeError};
use crate::events::Event;
use crate::fees::Fee;
use crate::params::Args;
use crate::payments::{Charge, PaymentIntent};
use crate::prices::Price;
use crate::products::Product;
use crate::refunds::Refund;
use crate::sessions::Session;
use crate::world::{Scope, World};

/// A kind of object.
pub(crate) trait Resource: Sized {
    /// As "No such ..." calls it.
    const NOUN: &'static str;
    /// The parameter that "No such ..." points at.
    const PARAM: &'static str = "id";
    /// The path of its list.
    const URL: &'static str;
    /// Fields that Stripe has and the simulator never fills.
    const NULLS: &'static [&'static str] = &[];
    fn id(&self) -> &str;
    /// Unix seconds.
    fn created(&self) -> i64;
    /// The fields that say something.
    fn facts(&self) -> Value;
    /// As Stripe shows it.
    fn body(&self) -> Value {
        let mut body = self.facts();
        for name in Self::NULLS {
            body[name] = Value::Null;
        }
        body
    }
    fn shelf(books: &mut Books) -> &mut Shelf<Self>;
    /// Whether a list call with these filters shows it.
    fn fits(&self, _filter: &Args) -> bool {
        true
    }
}

/// The objects of one account in one mode.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) products: Shelf<Product>,
    pub(crate) prices: Shelf<Price>,
    pub(crate) sessions: Shelf<Session>,
    pub(crate) intents: Shelf<PaymentIntent>,
    pub(crate) charges: Shelf<Charge>,
    pub(crate) refunds: Shelf<Refund>,
    pub(crate) fees: Shelf<Fee>,
    pub(crate) events: Shelf<Event>,
}

/// Objects of one kind, oldest first.
pub(crate) struct Shelf<T> {
    items: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<T: Resource> Shelf<T> {
    pub(crate) fn put(&mut self, item: T) {
        self.places.insert(item.id().to_owned(), self.items.len());
        self.items.push(item);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.items.get(*self.places.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.items.get_mut(*self.places.get(id)?)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.items.iter()
    }
}

impl World {
    /// The object, or Stripe's 404, which tells when the other mode has it.
    pub(crate) fn find<T: Resource>(
        &mut self,
        scope: &Scope,
        id: &str,
    ) -> Result<&mut T, StripeError> {
        if T::shelf(self.books(scope)).get(id).is_none() {
            let across = T::shelf(self.books(&scope.across())).get(id).is_some();
            return Err(no_such::<T>(scope, id, across));
        }
        let found = T::shelf(self.books(scope)).get_mut(id);
        found.ok_or_else(|| no_such::<T>(scope, id, false))
    }
}

fn no_such<T: Resource>(scope: &Scope, id: &str, across: bool) -> StripeError {
    let noun = T::NOUN;
    let (key, other) = (scope.mode.word(), scope.across().mode.word());
    let hint = if across {
        format!(
            "; a similar object exists in {other} mode, but a {key} mode key was used to make this request."
        )
    } else {
        String::new()
    };
    let error = StripeError::new(404, format!("No such {noun}: '{id}'{hint}"));
    error.code("resource_missing").param(T::PARAM)
}

/// `GET /v1/things/{id}`.
pub(crate) fn retrieve<T: Resource>(call: &mut Call<'_>) -> Answer {
    let found = call.world.find::<T>(&call.scope, &call.id)?;
    Ok(found.body())
}

/// `GET /v1/things`, newest first.
pub(crate) fn list<T: Resource>(call: &mut Call<'_>) -> Answer {
    let limit = call.args.integer("limit").unwrap_or(10);
    let limit = usize::try_from(limit).ok().filter(|limit| *limit <= 100);
    let Some(limit) = limit else {
        let error = StripeError::invalid("This value must be less than or equal to 100");
        return Err(error.code("parameter_invalid_integer").param("limit"));
    };
    let after = call.args.owned("starting_after");
    if let Some(after) = &after {
        call.world.find::<T>(&call.scope, after)?;
    }
    let mut newest = T::shelf(call.world.books(&call.scope)).iter().rev();
    if let Some(after) = after {
        newest.find(|item| item.id() == after);
    }
    let mut rest =
        newest.filter(|item| in_time(item.created(), &call.args) && item.fits(&call.args));
    let data: Vec<_> = rest.by_ref().take(limit).map(Resource::body).collect();
    let has_more = rest.next().is_some();
    Ok(json!({ "object": "list", "url": T::URL, "has_more": has_more, "data": data }))
}

fn in_time(created: i64, filter: &Args) -> bool {
    let Some(bounds) = filter.hash("created") else {
        return true;
    };
    let holds = |name, test: fn(&i64, &i64) -> bool| {
        let bound = bounds.integer(name);
        bound.is_none_or(|bound| test(&created, &bound))
    };
    holds("gt", i64::gt) && holds("gte", i64::ge) && holds("lt", i64::lt) && holds("lte", i64::le)
}
