//! Swagger UI: the contract as a page where every operation can be tried.

use std::sync::{Arc, LazyLock};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use digituki_domain::problem::Code;
use utoipa_swagger_ui::Config;

use crate::http::problem::Problem;
use crate::http::routes::Routes;

/// The page's own scripts and styles, inline styles and data images, and calls to this host: no more.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'";

/// `none`, or the page would send the contract to another host to be validated.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    Arc::new(
        Config::new(["/v1/openapi.json"])
            .validator_url("none")
            .display_request_duration(true)
            .doc_expansion("none")
            .deep_linking(true)
            .try_it_out_enabled(true)
            .default_models_expand_depth(0)
            // Without the bar that loads other documents, which the policy forbids.
            .use_base_layout(),
    )
});

/// What the page's files say, and what they say here. Without `omit` the browser would ask for a password of its own
/// wherever a wrong secret is answered with 401, before the page shows the answer.
const ADAPTED: [(&str, &str); 2] = [
    ("<title>Swagger UI</title>", "<title>Digituki</title>"),
    (
        "presets: [",
        "requestInterceptor: (request) => Object.assign(request, { credentials: \"omit\" }),\n    presets: [",
    ),
];

/// Routes of this file.
pub(crate) fn configure(routes: &mut Routes) {
    routes.add_undocumented("/", to_page);
    routes.add_undocumented("/swagger-ui", to_page);
    routes.add_undocumented("/swagger-ui/{file:.*}", page);
}

async fn to_page() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/swagger-ui/")).finish()
}

async fn page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let file = request.match_info().get("file").unwrap_or_default();
    let found = utoipa_swagger_ui::serve(file, Arc::clone(&CONFIG)).map_err(|error| {
        log::error!("Swagger UI: {error}");
        Problem::new(Code::InternalError)
    })?;
    let found = found.ok_or_else(|| Problem::new(Code::UnknownRoute))?;
    let mut response = HttpResponse::Ok();
    response.content_type(found.content_type).insert_header((CONTENT_SECURITY_POLICY, POLICY));
    response.insert_header((CACHE_CONTROL, "no-cache"));
    if found.gzpipped {
        response.insert_header((CONTENT_ENCODING, "gzip"));
    }
    let bytes = found.bytes.into_owned();
    Ok(match file {
        "" | "index.html" | "swagger-initializer.js" => response.body(adapted(String::from_utf8_lossy(&bytes).into())),
        _ => response.body(bytes),
    })
}

fn adapted(file: String) -> String {
    ADAPTED.into_iter().fold(file, |file, (theirs, ours)| file.replacen(theirs, ours, 1))
}
