//! `/buy/{tenant}/{product}/{keyType}`: a page with what is offered, whose button opens the checkout at Stripe.

mod failure;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use askama::Template;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::licenses::recurrence::Billing;
use mintage_domain::usecase::sales::buy::{self, Offered, Wanted};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::call_stripe;
use mintage_runtime::problem::Problem;
use mintage_runtime::rate_limit::spend_exactly;

use self::failure::failure_page;
use crate::page::{Forms, Permits, page_with};

type Path = web::Path<(String, String, String)>;

/// Look at what a buy link offers
///
/// The page names the product and the price, and has a form that opens the checkout. Looking changes nothing.
#[utoipa::path(
    get,
    path = "/buy/{tenant}/{product}/{keyType}",
    operation_id = "showBuyPage",
    tag = "Checkout",
    params(
        ("tenant" = String, Path, description = "The id of the tenant."),
        ("product" = String, Path, description = "The id of the product."),
        ("keyType" = String, Path, description = "The id of the key type."),
    ),
    responses(
        (status = 200, description = "What is offered.",
            body = String, content_type = "text/html; charset=utf-8"),
        (status = "default", description = "Nothing is offered. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "catalog/archived",
        "catalog/deactivated",
        "checkout/no-price",
        "common/not-found",
        "plan/upgrade-required",
        "stripe/not-connected",
        "tenant/suspended",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn show(app: web::Data<App>, path: Path) -> HttpResponse {
    match look(&app, &path).await {
        Ok((wanted, offered)) => {
            // The form goes on to Stripe by a redirect, which browsers check too.
            let permits = Permits {
                forms: Forms::Stripe,
                ..Permits::NOTHING
            };
            page_with(permits, StatusCode::OK, &BuyPage::of(&wanted, &offered))
        }
        Err(problem) => failure_page(&problem),
    }
}

/// Open the checkout of a buy link
///
/// The form of the page sends this. A tenant may have 20 such checkouts a minute.
#[utoipa::path(
    post,
    path = "/buy/{tenant}/{product}/{keyType}",
    operation_id = "openBuyCheckout",
    tag = "Checkout",
    params(
        ("tenant" = String, Path, description = "The id of the tenant."),
        ("product" = String, Path, description = "The id of the product."),
        ("keyType" = String, Path, description = "The id of the key type."),
    ),
    responses(
        (status = 303, description = "The checkout is open.",
            headers(("Location" = String, description = "The payment page at Stripe."))),
        (status = "default", description = "No checkout is opened. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "catalog/archived",
        "checkout/no-price",
        "common/not-found",
        "common/rate-limited",
        "stripe/amount-too-small",
        "stripe/cannot-charge",
        "stripe/failed",
        "stripe/key-invalid",
        "stripe/not-configured",
        "stripe/not-connected",
        "stripe/refused",
        "stripe/unavailable",
        "tenant/suspended",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn open(app: web::Data<App>, path: Path) -> HttpResponse {
    match open_checkout(&app, &path).await {
        Ok(url) => HttpResponse::SeeOther()
            .insert_header((LOCATION, url))
            .insert_header(("cache-control", "no-store"))
            .insert_header(("referrer-policy", "no-referrer"))
            .finish(),
        Err(problem) => failure_page(&problem),
    }
}

fn read((tenant, product, key_type): &(String, String, String)) -> Result<Wanted, Problem> {
    let not_found = Problem::not_found;
    Ok(Wanted {
        tenant: TenantId::parse(tenant).map_err(|_| not_found())?,
        product: ProductId::parse(product).map_err(|_| not_found())?,
        key_type: KeyTypeId::parse(key_type).map_err(|_| not_found())?,
    })
}

async fn look(app: &web::Data<App>, path: &Path) -> Result<(Wanted, Offered), Problem> {
    let wanted = read(path)?;
    let found = blocking(app, move |app| {
        let offered = buy::look(&*app.store, &app.env(), &wanted)?;
        Ok::<_, Problem>((wanted, offered))
    });
    found.await?
}

async fn open_checkout(app: &web::Data<App>, path: &Path) -> Result<String, Problem> {
    // What is not offered counts for no rate, so that guesses fill no table.
    let (wanted, _) = look(app, path).await?;
    let tenant = wanted.tenant.to_string();
    let standing = spend_exactly(app, Limited::Checkout, &format!("buy:{tenant}")).await?;
    if standing.refused {
        return Err(Problem::rate_limited(standing.resets_in));
    }
    let url = call_stripe(app, &tenant, move |app| {
        let offer = (app.settings.fee, &app.settings.public_url);
        buy::buy(&*app.store, &*app.stripe, &app.env(), offer, &wanted)
    })
    .await??;
    Ok(url)
}

/// The price, and how often it is paid.
fn price(offered: &Offered) -> String {
    let Some(recurrence) = offered.recurrence else {
        return offered.price.to_string();
    };
    let Billing { interval, count } = recurrence.billing;
    let interval = interval.as_str();
    let each = match count {
        1 => format!("{} each {interval}", offered.price),
        count => format!("{} every {count} {interval}s", offered.price),
    };
    match recurrence.trial_days {
        0 => each,
        1 => format!("{each}, the first day is free"),
        days => format!("{each}, the first {days} days are free"),
    }
}

#[derive(Template)]
#[template(path = "buy/buy.html")]
struct BuyPage<'a> {
    title: String,
    is_test: bool,
    product: &'a str,
    key_type: &'a str,
    price: String,
    action: String,
}

impl<'a> BuyPage<'a> {
    fn of(wanted: &Wanted, offered: &'a Offered) -> Self {
        Self {
            title: format!("Buy {}", offered.product),
            is_test: offered.mode == Mode::Sandbox,
            product: &offered.product,
            key_type: &offered.key_type,
            price: price(offered),
            action: wanted.path(),
        }
    }
}
