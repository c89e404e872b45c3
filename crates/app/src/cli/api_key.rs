//! `mintage api-key`.

use clap::Subcommand;
use mintage_api::views::{ApiKeySecret, ApiKeyView};
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::Page;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::{ApiKey, Overlap};
use mintage_domain::model::access::credential::{KeyKind, SignatureVersion};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::Store;
use mintage_domain::usecase::access::api_key::{
    CreatedApiKey, create_api_key, revoke_api_key, rotate_api_key,
};
use mintage_domain::usecase::env::Env;

use super::common::{Common, with_store};
use super::listing::each;
use super::output::{Outcome, say};
use super::tenant_args::Of;

#[derive(Subcommand)]
pub(super) enum ApiKeyCommand {
    /// Creates an API key and prints its secret, if it has one, once.
    Create {
        #[command(flatten)]
        of: Of,
        /// The product's slug.
        #[arg(long, value_parser = ProductId::parse)]
        product: ProductId,
        /// FULL, ISSUE_ONLY, VALIDATE_ONLY, READ_ONLY, or PUBLISHABLE for a key without a secret.
        #[arg(long, value_parser = KeyKind::parse)]
        scope: KeyKind,
        /// live or sandbox.
        #[arg(long, value_parser = Mode::parse)]
        mode: Mode,
        /// What its calls sign: 1 (timestamp and body), or 2 (nonce, method and path as well).
        #[arg(long, value_parser = SignatureVersion::parse)]
        signature_version: Option<SignatureVersion>,
    },
    /// Lists API keys, newest first.
    List {
        #[command(flatten)]
        of: Of,
        /// Only those of this product.
        #[arg(long, value_parser = ProductId::parse)]
        product: Option<ProductId>,
    },
    /// Revokes an API key at once.
    Revoke {
        #[command(flatten)]
        of: Of,
        /// The key's id: ak_... or pub_...
        #[arg(long, value_parser = ApiKeyId::parse)]
        id: ApiKeyId,
    },
    /// Creates an API key in place of another, and prints its secret, if it has one, once.
    Rotate {
        #[command(flatten)]
        of: Of,
        /// The id of the key to replace: ak_... or pub_...
        #[arg(long, value_parser = ApiKeyId::parse)]
        id: ApiKeyId,
        /// For how many seconds the old key stays good; a day by default, 30 days at most.
        #[arg(long, value_parser = Overlap::parse)]
        overlap_seconds: Option<Overlap>,
        /// What calls of the new key sign: 1 or 2; as the old one's unless given.
        #[arg(long, value_parser = SignatureVersion::parse)]
        signature_version: Option<SignatureVersion>,
    },
}

pub(super) fn run(common: &Common, command: ApiKeyCommand) -> Outcome {
    let actor = Actor::Operator;
    with_store(common, |store, env| match command {
        ApiKeyCommand::Create {
            of,
            product,
            scope,
            mode,
            signature_version,
        } => {
            let what = (scope.signing(signature_version)?, mode);
            let made = create_api_key(store, env, &of.tenant, &product, &actor, what)?;
            print_new(&of, &made)
        }
        ApiKeyCommand::List { of, product } => list(store, env, &of, product.as_ref()),
        ApiKeyCommand::Revoke { of, id } => {
            let key = revoke_api_key(store, env, &of.tenant, &id, &actor)?;
            let uses = store.last_used(std::slice::from_ref(&key.id))?;
            print(&of, &key, uses.get(&key.id).copied(), env.now())?;
            Ok(())
        }
        ApiKeyCommand::Rotate {
            of,
            id,
            overlap_seconds,
            signature_version,
        } => {
            let how = (overlap_seconds.unwrap_or_default(), signature_version);
            let made = rotate_api_key(store, env, &of.tenant, &id, how, &actor)?;
            print_new(&of, &made)
        }
    })
}

fn list(store: &dyn Store, env: &Env<'_>, of: &Of, product: Option<&ProductId>) -> Outcome {
    of.check_exists(store)?;
    let now = env.now();
    each(
        |page| {
            let keys = store.api_keys(&of.tenant, product, page)?;
            let ids: Vec<ApiKeyId> = keys.items.iter().map(|key| key.id.clone()).collect();
            let uses = store.last_used(&ids)?;
            let with_use = |key: ApiKey| (uses.get(&key.id).copied(), key);
            Ok(Page {
                items: keys.items.into_iter().map(with_use).collect(),
                next: keys.next,
            })
        },
        |(last_use, key)| print(of, key, *last_use, now),
    )
}

fn print(
    of: &Of,
    key: &ApiKey,
    last_use: Option<Timestamp>,
    now: Timestamp,
) -> std::io::Result<()> {
    if of.json {
        return say(serde_json::to_string(&ApiKeyView::of(key, last_use, now))?);
    }
    let used = last_use.map_or("never used".to_owned(), |at| {
        format!("last used {}", at.to_rfc3339())
    });
    let (kind, mode) = (key.kind(), key.mode);
    let signs = match kind.signature_version() {
        Some(version) => format!("v{}", version.number()),
        None => "unsigned".to_owned(),
    };
    let standing = match key.revoked_at.map(Timestamp::to_rfc3339) {
        None => "good".to_owned(),
        Some(end) if key.is_good(now) => format!("good until {end}"),
        Some(end) => format!("revoked {end}"),
    };
    say(format!(
        "{}  {}  {}  {signs}  {mode}  {standing}  {used}",
        key.id,
        key.product,
        kind.as_str()
    ))
}

fn print_new(of: &Of, made: &CreatedApiKey) -> Outcome {
    if of.json {
        say(serde_json::to_string(&ApiKeySecret::of(made))?)?;
        return Ok(());
    }
    say(format!("API key  {}", made.id))?;
    match &made.secret {
        Some(secret) => {
            say(format!("secret   {}", secret.expose()))?;
            say("The secret is shown this once.")?;
        }
        None => say("It has no secret. It may stand in an app, to validate and to activate.")?,
    }
    Ok(())
}
