//! Refuses query parameters that a call does not have: a misspelt filter would answer too much.

use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};
use mintage_runtime::problem::{Detail, Problem};
use percent_encoding::percent_decode_str;

use crate::error::ApiError;
use crate::json::unknown_name;

/// Passes a request on, if each of its query parameters is one of the known names. A name that ends in `[]`
/// stands for a parameter that is an object: `metadata[]` for `metadata[plan]`.
pub(crate) async fn known_query(
    known: Rc<[String]>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<actix_web::body::BoxBody>, Error> {
    let faults = faults(request.query_string(), &known);
    if faults.is_empty() {
        return next
            .call(request)
            .await
            .map(ServiceResponse::map_into_boxed_body);
    }
    let answer = ApiError::from(Problem::invalid_query(faults)).error_response();
    Ok(request.into_response(answer))
}

/// A detail for each unknown parameter.
fn faults(query: &str, known: &[String]) -> Vec<Detail> {
    let names = query.split('&').filter(|pair| !pair.is_empty());
    let names = names.map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    let names = names.map(|name| percent_decode_str(name).decode_utf8_lossy().into_owned());
    names
        .filter(|name| !known.iter().any(|known| is(known, name)))
        .map(|name| {
            let message = unknown_name(&name, known.iter().map(String::as_str));
            Detail::new(name, message)
        })
        .collect()
}

/// Whether a parameter has a known name. Only an object has brackets, and always has them.
fn is(known: &str, name: &str) -> bool {
    let Some(object) = known.strip_suffix("[]") else {
        return name == known;
    };
    let rest = name.strip_prefix(object);
    rest.is_some_and(|rest| rest.starts_with('[') && rest.ends_with(']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unknown_parameter_is_named_with_the_nearest_known_one() {
        let known = ["cursor", "limit", "metadata[]"].map(str::to_owned);
        for (query, names) in [
            ("", &[][..]),
            ("limit=1&cursor=", &[]),
            ("metadata[plan]=pro&metadata%5Ba%5D=b", &[]),
            ("limt=1&Limit=2", &["limt", "Limit"]),
            ("limit[=1&metadata]=2", &["limit[", "metadata]"]),
            ("limit[]=1&limit[a]=1", &["limit[]", "limit[a]"]),
            ("metadata=x&metadata", &["metadata", "metadata"]),
            ("&&=1", &[""]),
        ] {
            let faults = faults(query, &known);
            let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
            assert_eq!(paths, names, "{query}");
        }
        let limt = faults("limt=1", &known);
        assert_eq!(limt[0].message, "is not known; did you mean limit?");
    }
}
