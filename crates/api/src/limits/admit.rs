//! Admits calls: takes one call from each rate of a caller, and refuses the call if a rate is used up.

use actix_web::{HttpMessage, HttpRequest, web};
use data_encoding::HEXLOWER;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::ports::KeyQuery;
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::rate_limit::{Standing, spend, spend_exactly};

use super::client::subject;

/// Takes one call from each of these rates, in this order. Refuses the call at the first rate that is
/// used up.
pub(crate) async fn admit(
    app: &web::Data<App>,
    request: &HttpRequest,
    wanted: &[(Limited, &str)],
) -> Result<(), Problem> {
    for (what, subject) in wanted {
        keep_tightest(request, spend(app, *what, subject).await)?;
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
    let wanted = [
        (Limited::of_permission(permission), key.id.as_str()),
        (Limited::Tenant, key.tenant.as_str()),
    ];
    admit(app, request, &wanted).await
}

/// Admits a call with a publishable key by the rate of the client's address. The rates of the key and
/// of the tenant do not count the call: the key is public, so anybody could use up the rates of all
/// other callers.
pub(crate) async fn admit_unsigned(
    app: &web::Data<App>,
    request: &HttpRequest,
) -> Result<(), Problem> {
    let address = subject(request, &app.settings.trusted_proxies);
    admit(app, request, &[(Limited::Address, &address)]).await
}

/// Admits an unsigned lookup of a license by the rate of the license. The hash of the license key
/// identifies the rate.
pub(crate) async fn admit_unsigned_about(
    app: &web::Data<App>,
    request: &HttpRequest,
    query: &KeyQuery,
) -> Result<(), Problem> {
    // The first hash is that of the normalised key, so that spelling variants share one rate.
    let Some(hash) = query.hashes.first() else {
        return Ok(());
    };
    let license = format!("{}:{}", query.tenant, HEXLOWER.encode(hash.as_bytes()));
    admit(app, request, &[(Limited::License, &license)]).await
}

/// Takes one call from a rate in the store, which counts exactly across all nodes. For calls that
/// write to the store anyway.
pub(crate) async fn admit_exactly(
    app: &web::Data<App>,
    request: &HttpRequest,
    (what, subject): (Limited, &str),
) -> Result<(), Problem> {
    let standing = spend_exactly(app, what, subject).await?;
    keep_tightest(request, standing)
}

/// Keeps the tightest standing of a request for the headers of the answer.
fn keep_tightest(request: &HttpRequest, standing: Standing) -> Result<(), Problem> {
    let mut extensions = request.extensions_mut();
    let tighter = extensions
        .get::<Standing>()
        .is_none_or(|known| standing.refused || is_tighter(&standing, known));
    if tighter {
        extensions.insert(standing);
    }
    if standing.refused {
        return Err(Problem::rate_limited(standing.resets_in));
    }
    Ok(())
}

/// Whether a smaller part of one rate remains than of another.
fn is_tighter(one: &Standing, other: &Standing) -> bool {
    // remaining / limit of each, multiplied by both limits.
    let part = |it: &Standing, of: &Standing| u64::from(it.remaining) * u64::from(of.rate.limit);
    part(one, other) < part(other, one)
}
