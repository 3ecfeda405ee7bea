//! The admin API, `/admin/v1`: what administrators and their scripts do. Who may do what is decided by the policies in `policies/`.

mod access;
mod administrators;
mod apis;
mod apps;
mod arrival;
mod came;
mod documentation;
mod pages;
mod people;
mod problem;
mod roster;
mod tenants;
mod transfers;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use cloud::parts::Links;
use domain::key_ring::Purpose;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use runtime::{Clients, Clock, Needs, Platform, Random, Signing, Tenants};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::{PathItemExt, routes};

use access::Policies;
use apps::secrets;
use documentation::Admin;
use people::{create, edit, grants, help, history, interventions, list, sessions};
use problem::{Problem, Refused};
use transfers::{exports, imports};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::People, Purpose::Credentials], signing: Signing::Verifies };

/// What its role may do: read what a tenant and its people are, list them, and change all of it but the tenant's own record, of which it changes groups,
/// roles, origins and kinds of imported hashes; write down imports and exports and give links to their files; unwrap keys for sealing, for people and for credentials. Each change has its event.
#[derive(Clone)]
pub struct Deps {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    policies: Arc<Policies>,
    links: Arc<dyn Links>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self {
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            clients: Arc::default(),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
            policies: Arc::new(Policies::read()),
            links: platform.links.clone(),
        }
    }
}

// What the API is, once: `$add` puts the handlers of one path into `$router`.
macro_rules! resources {
    ($router:expr, $add:ident) => {{
        let router = $router;
        let router = $add!(router, tenants::show_tenant);
        let router = $add!(router, administrators::list_administrators);
        let router = $add!(router, administrators::show_administrator, administrators::assign_administrator, administrators::remove_administrator);
        let router = $add!(router, list::list_users, create::create_user);
        let router = $add!(router, people::show_user, edit::change_user, help::delete_user);
        let router = $add!(router, interventions::disable_user);
        let router = $add!(router, interventions::enable_user);
        let router = $add!(router, interventions::sign_out_user);
        let router = $add!(router, help::unlock_user);
        let router = $add!(router, help::require_password_change);
        let router = $add!(router, sessions::list_sessions);
        let router = $add!(router, sessions::end_session);
        let router = $add!(router, grants::list_grants);
        let router = $add!(router, grants::revoke_grant);
        let router = $add!(router, history::show_history);
        let router = $add!(router, imports::create_import);
        let router = $add!(router, imports::show_import);
        let router = $add!(router, imports::start_import);
        let router = $add!(router, imports::cancel_import);
        let router = $add!(router, imports::list_import_results);
        let router = $add!(router, exports::create_export);
        let router = $add!(router, exports::show_export);
        let router = $add!(router, exports::cancel_export);
        let router = $add!(router, apps::list_apps, apps::create_app);
        let router = $add!(router, apps::show_app, apps::change_app, apps::delete_app);
        let router = $add!(router, secrets::add_secret);
        let router = $add!(router, secrets::remove_secret);
        let router = $add!(router, apis::list_apis, apis::create_api);
        let router = $add!(router, apis::show_api, apis::change_api, apis::delete_api);
        let router = $add!(router, apis::show_scope_roles, apis::change_scope_roles);
        let router = $add!(router, roster::list_groups, roster::create_group);
        let router = $add!(router, roster::show_group, roster::change_group, roster::delete_group);
        let router = $add!(router, roster::list_roles);
        $add!(router, roster::create_role, roster::delete_role)
    }};
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    // Method and path as the handler's own description says them; what else it says is for the document alone.
    macro_rules! served {
        ($router:ident, $($module:ident::$handler:ident),+) => {
            utoipa_axum::paste! {{
                let paths = [$(<$module::[<__path_ $handler>] as utoipa::Path>::path()),+];
                let mut methods = MethodRouter::new();
                $(
                    for method in <$module::[<__path_ $handler>] as utoipa::Path>::methods() {
                        methods = methods.on(method.to_method_filter(), $module::$handler);
                    }
                )+
                $router.route(&paths[0], methods)
            }}
        };
    }
    resources!(Router::new(), served)
        .route("/admin/v1/openapi.json", get(described))
        .fallback(async || Refused::from(Problem::NotFound))
        .method_not_allowed_fallback(async || Refused::from(Problem::Method))
        .layer(from_fn(problem::logged))
        .with_state(deps)
}

/// What the API says of itself, `OpenAPI` 3.1; written to `docs/openapi.json`, which is what is served.
pub fn document() -> OpenApi {
    macro_rules! told {
        ($router:ident, $($module:ident::$handler:ident),+) => {
            $router.routes(routes!($($module::$handler),+))
        };
    }
    let told: OpenApiRouter<Deps> = resources!(OpenApiRouter::with_openapi(Admin::openapi()), told);
    documentation::worded(told.into_openapi())
}

async fn described() -> Response {
    const DOCUMENT: &str = include_str!("../../../docs/openapi.json");
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT).into_response()
}
