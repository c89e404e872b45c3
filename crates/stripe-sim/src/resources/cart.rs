//! The lines of a new session or payment link: their prices and their sum.

use crate::base::currency;
use crate::base::error::StripeError;
use crate::base::metadata::Metadata;
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::line_item::LineItem;
use crate::model::price::Price;
use crate::model::product::Product;
use crate::model::session_terms::SessionTerms;
use crate::params::values::Params;
use crate::resources::context::Context;

const NOT_RECURRING: &str = "You must provide at least one recurring price in `subscription` mode.";
const RECURRING: &str = "You specified `payment` mode but passed a recurring price. Either switch to \
    `subscription` mode or use only one-time prices.";
const INACTIVE: &str = "The price specified is inactive. This field only accepts active prices.";
const TWO_CURRENCIES: &str = "All prices on a Checkout Session must be in the same currency.";

/// Lines that have prices in one currency.
pub(crate) struct Cart {
    pub(crate) currency: String,
    pub(crate) lines: Vec<CartLine>,
}

pub(crate) struct CartLine {
    /// The id of the price; `None` for a price that is created with the line.
    price: Option<String>,
    currency: String,
    unit_amount: i64,
    is_recurring: bool,
    product_name: String,
    pub(crate) quantity: i64,
}

impl CartLine {
    fn subtotal(&self) -> i64 {
        self.unit_amount.saturating_mul(self.quantity)
    }
}

impl Cart {
    /// The lines of the parameter `line_items`. Without a `mode`, the prices decide about it.
    pub(crate) fn read(context: &Context<'_>, mode: Option<&str>) -> Result<Self, StripeError> {
        let items = context.params.list("line_items").unwrap_or_default();
        let mut lines: Vec<CartLine> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let param = |name| format!("line_items[{index}][{name}]");
            let line = read_line(context, item, mode, &param)?;
            if lines.iter().any(|first| first.currency != line.currency) {
                return Err(StripeError::invalid(TWO_CURRENCIES).param(param("price")));
            }
            lines.push(line);
        }
        let first = lines.first();
        let first = first.ok_or_else(|| StripeError::missing_param("line_items"))?;
        Ok(Self {
            currency: first.currency.clone(),
            lines,
        })
    }

    /// The lines of a payment link at the prices of now; `None` if a price was archived or deleted.
    pub(crate) fn of_link(
        world: &World,
        scope: &Scope,
        currency: &str,
        lines: &[LineItem],
    ) -> Option<Self> {
        let lines = lines.iter().map(|line| {
            let price = world.store.get::<Price>(scope, &line.price).ok()?;
            let price = Some(price).filter(|price| price.active)?;
            Some(stored_line(world, scope, price, line.quantity))
        });
        Some(Self {
            currency: currency.to_owned(),
            lines: lines.collect::<Option<_>>()?,
        })
    }

    pub(crate) fn is_recurring(&self) -> bool {
        self.lines.iter().any(|line| line.is_recurring)
    }

    /// What the payer pays at once, if Stripe would charge it.
    pub(crate) fn total_due(&self, begins_trial: bool) -> Result<i64, StripeError> {
        let subtotals = self.lines.iter().map(CartLine::subtotal);
        let total = if begins_trial {
            0
        } else {
            subtotals.fold(0, i64::saturating_add)
        };
        currency::check_total(total, &self.currency)?;
        Ok(total)
    }

    /// Creates the lines of a session or of a link, and the prices that belong to one line only.
    pub(crate) fn create_lines(
        self,
        world: &mut World,
        scope: &Scope,
        terms: &SessionTerms,
    ) -> Vec<LineItem> {
        let is_free = terms.begins_trial();
        let lines = self.lines.into_iter().map(|line| LineItem {
            id: world.ids.object_id("li_"),
            subtotal: if is_free { 0 } else { line.subtotal() },
            quantity: line.quantity,
            currency: line.currency.clone(),
            product_name: line.product_name.clone(),
            price: match &line.price {
                Some(price) => price.clone(),
                None => create_price(world, scope, line),
            },
        });
        lines.collect()
    }
}

/// A line of the parameters: at a price that exists, or at one of its own.
fn read_line(
    context: &Context<'_>,
    item: &Params,
    mode: Option<&str>,
    param: &impl Fn(&'static str) -> String,
) -> Result<CartLine, StripeError> {
    let missing = |name| StripeError::missing_param(param(name));
    let invalid = |message: &str| StripeError::invalid(message).param(param("price"));
    let quantity = item.integer("quantity").ok_or_else(|| missing("quantity"));
    match (item.text("price"), item.hash("price_data")) {
        (Some(_), Some(_)) => Err(invalid(
            "You may only specify one of these parameters: price, price_data.",
        )),
        (None, None) => Err(missing("price")),
        (Some(id), None) => {
            let (world, scope) = (&*context.world, &context.scope);
            let price = world.store.get::<Price>(scope, id);
            let price = price.map_err(|error| error.param(param("price")))?;
            check_price(price, mode).map_err(invalid)?;
            Ok(stored_line(world, scope, price, quantity?))
        }
        (None, Some(_)) if mode == Some("subscription") => Err(invalid(NOT_RECURRING)),
        (None, Some(data)) => {
            let product = data.hash("product_data");
            let name = product.and_then(|product| product.owned_text("name"));
            Ok(CartLine {
                price: None,
                currency: data.owned_text("currency").unwrap_or_default(),
                unit_amount: data.integer("unit_amount").unwrap_or_default(),
                is_recurring: false,
                product_name: name.unwrap_or_default(),
                quantity: quantity?,
            })
        }
    }
}

/// Returns the error message if a line cannot have the price.
fn check_price(price: &Price, mode: Option<&str>) -> Result<(), &'static str> {
    match mode {
        Some("subscription") if !price.is_recurring() => Err(NOT_RECURRING),
        Some("payment") if price.is_recurring() => Err(RECURRING),
        _ if !price.active => Err(INACTIVE),
        _ => Ok(()),
    }
}

fn stored_line(world: &World, scope: &Scope, price: &Price, quantity: i64) -> CartLine {
    let product = world.store.get::<Product>(scope, &price.product);
    CartLine {
        price: Some(price.id.clone()),
        currency: price.currency.clone(),
        unit_amount: price.unit_amount,
        is_recurring: price.is_recurring(),
        product_name: product.map_or_else(|_| String::new(), |product| product.name.clone()),
        quantity,
    }
}

/// Creates the price of one line and its product. Both are archived, so that nothing else uses them. Returns
/// the id of the price.
fn create_price(world: &mut World, scope: &Scope, line: CartLine) -> String {
    let (now, livemode) = (world.clock.now(), scope.mode.livemode());
    let product = Product {
        id: world.ids.object_id("prod_"),
        livemode,
        created: now,
        updated: now,
        active: false,
        name: line.product_name,
        description: None,
        metadata: Metadata::new(),
    };
    let price = Price {
        id: world.ids.object_id("price_"),
        livemode,
        created: now,
        active: false,
        currency: line.currency,
        unit_amount: line.unit_amount,
        product: product.id.clone(),
        nickname: None,
        recurring: None,
        metadata: Metadata::new(),
    };
    let id = price.id.clone();
    world.store.insert(scope, product);
    world.store.insert(scope, price);
    id
}
