//! `mintage api-key`.

use super::{Common, Of, Outcome, each, say, with_store};
use crate::shown;
use clap::Subcommand;
use mintage_domain::api_key::{ApiKey, Overlap, Scope};
use mintage_domain::audit::Actor;
use mintage_domain::env::Env;
use mintage_domain::id::ApiKeyId;
use mintage_domain::mode::Mode;
use mintage_domain::page::Page;
use mintage_domain::ports::Store;
use mintage_domain::secret::Secret;
use mintage_domain::slug::ProductId;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::api_key::{create_api_key, revoke_api_key, rotate_api_key};
use serde_json::json;

#[derive(Subcommand)]
pub(super) enum ApiKeyCommand {
    /// Makes an API key and prints its secret, once.
    Create {
        #[command(flatten)]
        of: Of,
        /// The product's slug.
        #[arg(long, value_parser = ProductId::parse)]
        product: ProductId,
        /// FULL, ISSUE_ONLY, VALIDATE_ONLY or READ_ONLY.
        #[arg(long, value_parser = Scope::parse)]
        scope: Scope,
        /// live or sandbox.
        #[arg(long, value_parser = Mode::parse)]
        mode: Mode,
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
        /// The key's id: ak_...
        #[arg(long, value_parser = ApiKeyId::parse)]
        id: ApiKeyId,
    },
    /// Makes an API key in place of another, and prints its secret, once.
    Rotate {
        #[command(flatten)]
        of: Of,
        /// The id of the key to replace: ak_...
        #[arg(long, value_parser = ApiKeyId::parse)]
        id: ApiKeyId,
        /// For how many seconds the old key stays good; a day by default, 30 days at most.
        #[arg(long, value_parser = Overlap::parse)]
        overlap_seconds: Option<Overlap>,
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
        } => {
            let may = (scope, mode);
            let (id, secret) = create_api_key(store, env, &of.tenant, &product, &actor, may)?;
            print_new(&of, &id, &secret)
        }
        ApiKeyCommand::List { of, product } => list(store, env, &of, product.as_ref()),
        ApiKeyCommand::Revoke { of, id } => {
            let key = revoke_api_key(store, env, &of.tenant, &id, &actor)?;
            let uses = store.last_uses(std::slice::from_ref(&key.id))?;
            print(&of, &key, uses.get(&key.id).copied(), env.now())?;
            Ok(())
        }
        ApiKeyCommand::Rotate {
            of,
            id,
            overlap_seconds,
        } => {
            let overlap = overlap_seconds.unwrap_or_default();
            let (new, secret) = rotate_api_key(store, env, &of.tenant, &id, overlap, &actor)?;
            print_new(&of, &new, &secret)
        }
    })
}

fn list(store: &dyn Store, env: &Env<'_>, of: &Of, product: Option<&ProductId>) -> Outcome {
    of.exists(store)?;
    let now = env.now();
    each(
        |page| {
            let keys = store.api_keys(&of.tenant, product, page)?;
            let ids: Vec<ApiKeyId> = keys.items.iter().map(|key| key.id.clone()).collect();
            let uses = store.last_uses(&ids)?;
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
        return say(serde_json::to_string(&shown::api_key(key, last_use, now))?);
    }
    let used = last_use.map_or("never used".to_owned(), |at| {
        format!("last used {}", at.to_rfc3339())
    });
    let (scope, mode) = (key.scope.as_str(), key.mode);
    let standing = match key.revoked_at.map(Timestamp::to_rfc3339) {
        None => "good".to_owned(),
        Some(end) if key.is_good(now) => format!("good until {end}"),
        Some(end) => format!("revoked {end}"),
    };
    say(format!(
        "{}  {}  {scope}  {mode}  {standing}  {used}",
        key.id, key.product
    ))
}

fn print_new(of: &Of, id: &ApiKeyId, secret: &Secret) -> Outcome {
    if of.json {
        say(json!({"id": id, "secret": secret.expose()}))?;
    } else {
        say(format!("API key  {id}"))?;
        say(format!("secret   {}", secret.expose()))?;
        say("The secret is shown this once.")?;
    }
    Ok(())
}
