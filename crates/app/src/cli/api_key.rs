//! `mintage api-key`.

use std::collections::HashMap;

use clap::Subcommand;
use mintage_api::views::access::{ApiKeySecret, ApiKeyView};
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::{ApiKey, Overlap};
use mintage_domain::model::access::credential::{KeyKind, SignatureVersion};
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::ports::Store;
use mintage_domain::usecase::access::api_key::{
    CreatedApiKey, create_api_key, revoke_api_key, rotate_api_key,
};
use mintage_domain::usecase::env::Env;
use serde::Serialize;

use super::global_args::{GlobalArgs, with_store};
use super::list::print_list;
use super::output::{CommandResult, Format, print_item, print_json, print_line, print_values};
use super::tenant_args::TenantArgs;

#[derive(Subcommand)]
pub(super) enum ApiKeyCommand {
    /// Create an API key and print its secret, if it has one, once.
    Create {
        #[command(flatten)]
        tenant: TenantArgs,
        /// The product's slug.
        #[arg(long, value_parser = ProductId::parse)]
        product: ProductId,
        /// FULL, ISSUE_ONLY, VALIDATE_ONLY, READ_ONLY, or PUBLISHABLE for a key without a secret.
        #[arg(long, value_parser = KeyKind::parse)]
        scope: KeyKind,
        /// live or sandbox.
        #[arg(long, value_parser = Mode::parse)]
        mode: Mode,
        /// What calls with the key sign: 1 (timestamp and body), or 2 (nonce, method and path as well).
        #[arg(long, value_parser = SignatureVersion::parse)]
        signature_version: Option<SignatureVersion>,
    },
    /// List API keys, newest first.
    List {
        #[command(flatten)]
        tenant: TenantArgs,
        /// Only API keys of this product.
        #[arg(long, value_parser = ProductId::parse)]
        product: Option<ProductId>,
    },
    /// Revoke an API key at once.
    Revoke {
        #[command(flatten)]
        tenant: TenantArgs,
        /// The key's id: ak_... or pub_...
        #[arg(long, value_parser = ApiKeyId::parse)]
        id: ApiKeyId,
    },
    /// Rotate an API key: create one in its place, and print the new secret, if it has one, once.
    Rotate {
        #[command(flatten)]
        tenant: TenantArgs,
        /// The id of the key to replace: ak_... or pub_...
        #[arg(long, value_parser = ApiKeyId::parse)]
        id: ApiKeyId,
        /// For how many seconds the old key stays valid; a day by default, 30 days at most.
        #[arg(long, value_parser = Overlap::parse)]
        overlap_seconds: Option<Overlap>,
        /// What calls with the new key sign: 1 or 2; by default the same as with the old key.
        #[arg(long, value_parser = SignatureVersion::parse)]
        signature_version: Option<SignatureVersion>,
    },
}

/// An API key and its last use.
type UsedApiKey = (ApiKey, Option<Timestamp>);

struct ApiKeyFormat {
    now: Timestamp,
}

impl Format<7> for ApiKeyFormat {
    type Item = UsedApiKey;

    const HEADING: [&'static str; 7] = [
        "id",
        "product",
        "scope",
        "signature",
        "mode",
        "status",
        "last used",
    ];

    fn view(&self, (key, last_use): &UsedApiKey) -> impl Serialize {
        ApiKeyView::of(key, *last_use, self.now)
    }

    fn row(&self, (key, last_use): &UsedApiKey) -> [String; 7] {
        let kind = key.kind();
        let signature = match kind.signature_version() {
            Some(version) => format!("v{}", version.number()),
            None => "none".to_owned(),
        };
        let status = match key.revoked_at.map(Timestamp::to_rfc3339) {
            None => "valid".to_owned(),
            Some(end) if key.is_good(self.now) => format!("valid until {end}"),
            Some(end) => format!("revoked {end}"),
        };
        [
            key.id.to_string(),
            key.product.to_string(),
            kind.as_str().to_owned(),
            signature,
            key.mode.to_string(),
            status,
            last_use.map_or_else(|| "never".to_owned(), Timestamp::to_rfc3339),
        ]
    }
}

pub(super) fn run(args: &GlobalArgs, command: ApiKeyCommand) -> CommandResult {
    let operator = Authority::Operator;
    with_store(args, |store, env| match command {
        ApiKeyCommand::Create {
            tenant,
            product,
            scope,
            mode,
            signature_version,
        } => {
            let what = (scope.signing(signature_version)?, mode);
            let created = create_api_key(store, env, &tenant.tenant, &product, operator, what)?;
            print_new(&tenant, &created)
        }
        ApiKeyCommand::List { tenant, product } => list(store, env, &tenant, product.as_ref()),
        ApiKeyCommand::Revoke { tenant, id } => {
            let key = revoke_api_key(store, env, &tenant.tenant, &id, &operator.actor())?;
            let uses = store.last_used(std::slice::from_ref(&key.id))?;
            let format = ApiKeyFormat { now: env.now() };
            print_item(format, tenant.json, with_last_use(key, &uses))
        }
        ApiKeyCommand::Rotate {
            tenant,
            id,
            overlap_seconds,
            signature_version,
        } => {
            let how = (overlap_seconds.unwrap_or_default(), signature_version);
            let created = rotate_api_key(store, env, &tenant.tenant, &id, how, operator)?;
            print_new(&tenant, &created)
        }
    })
}

fn list(
    store: &dyn Store,
    env: &Env<'_>,
    tenant: &TenantArgs,
    product: Option<&ProductId>,
) -> CommandResult {
    tenant.check_exists(store)?;
    let format = ApiKeyFormat { now: env.now() };
    print_list(format, tenant.json, |page| {
        let keys = store.api_keys(&tenant.tenant, product, page)?;
        let ids: Vec<ApiKeyId> = keys.items.iter().map(|key| key.id.clone()).collect();
        let uses = store.last_used(&ids)?;
        Ok(keys.map(|key| with_last_use(key, &uses)))
    })
}

fn with_last_use(key: ApiKey, uses: &HashMap<ApiKeyId, Timestamp>) -> UsedApiKey {
    let last_use = uses.get(&key.id).copied();
    (key, last_use)
}

fn print_new(tenant: &TenantArgs, created: &CreatedApiKey) -> CommandResult {
    if tenant.json {
        return Ok(print_json(&ApiKeySecret::of(created))?);
    }
    let id = ("API key", created.id.as_str());
    if let Some(secret) = &created.secret {
        print_values(&[id, ("secret", secret.expose())])?;
        print_line("The secret is shown only once.")?;
    } else {
        print_values(&[id])?;
        print_line(
            "A publishable key has no secret. An app may contain it, to validate and activate.",
        )?;
    }
    Ok(())
}
