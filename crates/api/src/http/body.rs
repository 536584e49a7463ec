//! Bodies of requests.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web::{Bytes, BytesMut, Data};
use digituki_domain::problem::Code;
use futures_util::StreamExt as _;

use crate::app::App;
use crate::http::problem::Problem;

/// The whole body, if it is no longer than bodies may be.
pub(crate) async fn bytes(request: &HttpRequest, payload: &mut Payload) -> Result<Bytes, Problem> {
    let limit = request.app_data::<Data<App>>().map_or(0, |app| app.settings.body_limit());
    let mut body = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| Problem::new(Code::MalformedRequest))?;
        if (body.len() + piece.len()) as u64 > limit {
            return Err(Problem::new(Code::PayloadTooLarge));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}
