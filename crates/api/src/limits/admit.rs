//! Admits calls: spends one of each rate of a caller, until one is used up.

use actix_web::{HttpMessage, HttpRequest, web};
use data_encoding::HEXLOWER;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::access::rate::{Grant, Take};
use mintage_domain::model::access::scope::Permission;
use mintage_domain::ports::KeyQuery;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use mintage_runtime::rate_limit::{Standing, spend};

use super::client::subject;

/// Spends one of each of these rates, in this order, until one is used up.
pub(crate) async fn admit(
    app: &web::Data<App>,
    request: &HttpRequest,
    wanted: &[(Limited, &str)],
) -> Result<(), Problem> {
    for (what, subject) in wanted {
        note(request, spend(app, *what, subject).await)?;
    }
    Ok(())
}

/// Admits a signed call by the rates of its API key and of its tenant.
pub(crate) async fn admit_signed(
    app: &web::Data<App>,
    request: &HttpRequest,
    key: &ApiKey,
    permission: Permission,
) -> Result<(), Problem> {
    let by_key = match permission {
        Permission::Issue => Limited::Issue,
        Permission::Validate
        | Permission::Activate
        | Permission::ManageActivations
        | Permission::Read => Limited::Key,
    };
    let wanted = [
        (by_key, key.id.as_str()),
        (Limited::Tenant, key.tenant.as_str()),
    ];
    admit(app, request, &wanted).await
}

/// Admits a call with a publishable key by the rate of its client's address. The rates of the key and
/// of the tenant are not spent: anybody has the key, and could use up the rates of all other callers.
pub(crate) async fn admit_unsigned(
    app: &web::Data<App>,
    request: &HttpRequest,
) -> Result<(), Problem> {
    let address = subject(request, &app.settings.trusted_proxies);
    admit(app, request, &[(Limited::Address, &address)]).await
}

/// Admits an unsigned lookup of a license by the rate of that license, which the hash of its key names.
pub(crate) async fn admit_unsigned_about(
    app: &web::Data<App>,
    request: &HttpRequest,
    asked: &KeyQuery,
) -> Result<(), Problem> {
    // The first hash is that of the normalised key, so that spelling variants share one rate.
    let Some(hash) = asked.hashes.first() else {
        return Ok(());
    };
    let license = format!("{}:{}", asked.tenant, HEXLOWER.encode(hash.as_bytes()));
    admit(app, request, &[(Limited::License, &license)]).await
}

/// Spends one of a rate in the store, which counts exactly across all nodes: for calls that write
/// anyway.
pub(crate) async fn admit_exactly(
    app: &web::Data<App>,
    request: &HttpRequest,
    (what, subject): (Limited, &str),
) -> Result<(), Problem> {
    let (rate, key) = (app.settings.limits.rate(what), what.key(subject));
    let now = app.clock.now();
    let take = blocking(app, move |app| app.store.take(&key, rate, 1, now)).await??;
    let standing = match take {
        Take::Granted(Grant { left, .. }) => Standing::admitted(what, rate, left, now),
        Take::Refused(wait) => Standing::refused(what, rate, wait),
    };
    note(request, standing)
}

/// Keeps the tightest standing of a request for the headers of its answer.
fn note(request: &HttpRequest, standing: Standing) -> Result<(), Problem> {
    let mut extensions = request.extensions_mut();
    let tighter = extensions
        .get::<Standing>()
        .is_none_or(|known| standing.refused || fuller(&standing, known));
    if tighter {
        extensions.insert(standing);
    }
    if standing.refused {
        return Err(Problem::rate_limited(standing.resets_in));
    }
    Ok(())
}

/// Whether a smaller part of one rate is left than of another.
fn fuller(one: &Standing, other: &Standing) -> bool {
    let part = |it: &Standing, of: &Standing| u64::from(it.remaining) * u64::from(of.rate.limit);
    part(one, other) < part(other, one)
}
