//! Distances on the ellipsoid, by another formula than the registry's.

/// The shortest way between two points in WGS84 (latitude, longitude), in kilometres (Vincenty, Direct and Inverse
/// Solutions of Geodesics on the Ellipsoid, 1975).
pub(crate) fn kilometres(from: (f64, f64), to: (f64, f64)) -> f64 {
    const MAJOR: f64 = 6_378.137;
    const FLATTENING: f64 = 1.0 / 298.257_223_563;
    const MINOR: f64 = MAJOR * (1.0 - FLATTENING);
    if from == to {
        return 0.0;
    }
    let reduced = |latitude: f64| ((1.0 - FLATTENING) * latitude.to_radians().tan()).atan();
    let ((sin_1, cos_1), (sin_2, cos_2)) = (reduced(from.0).sin_cos(), reduced(to.0).sin_cos());
    let across = (to.1 - from.1).to_radians();
    let mut lambda = across;
    loop {
        let (sin_lambda, cos_lambda) = lambda.sin_cos();
        let sin_sigma = (cos_2 * sin_lambda).hypot(cos_1 * sin_2 - sin_1 * cos_2 * cos_lambda);
        let cos_sigma = sin_1 * sin_2 + cos_1 * cos_2 * cos_lambda;
        let sigma = sin_sigma.atan2(cos_sigma);
        let sin_alpha = cos_1 * cos_2 * sin_lambda / sin_sigma;
        let cos_square = 1.0 - sin_alpha * sin_alpha;
        let middle = cos_sigma - 2.0 * sin_1 * sin_2 / cos_square;
        let bend = FLATTENING / 16.0 * cos_square * (4.0 + FLATTENING * (4.0 - 3.0 * cos_square));
        let inner = middle + bend * cos_sigma * (2.0 * middle * middle - 1.0);
        let next = across + (1.0 - bend) * FLATTENING * sin_alpha * (sigma + bend * sin_sigma * inner);
        if (next - lambda).abs() < 1e-12 {
            let square = cos_square * (MAJOR * MAJOR - MINOR * MINOR) / (MINOR * MINOR);
            let a = 1.0 + square / 16_384.0 * (4_096.0 + square * (square * (320.0 - 175.0 * square) - 768.0));
            let b = square / 1_024.0 * (256.0 + square * (square * (74.0 - 47.0 * square) - 128.0));
            let third = b / 6.0 * middle * (4.0 * sin_sigma * sin_sigma - 3.0) * (4.0 * middle * middle - 3.0);
            let second = b / 4.0 * (cos_sigma * (2.0 * middle * middle - 1.0) - third);
            return MINOR * a * (sigma - b * sin_sigma * (middle + second));
        }
        lambda = next;
    }
}

#[test]
fn the_formula_gives_what_geodesists_have_measured() {
    // Flinders Peak to Buninyong, 54,972.271 m (Geoscience Australia), here on WGS84, and a degree along a meridian.
    let australia = kilometres((-37.951_033_42, 144.424_867_89), (-37.652_821_14, 143.926_495_53));
    assert!((australia - 54.972_271).abs() < 0.000_1, "{australia}");
    let meridian = kilometres((60.0, 25.0), (61.0, 25.0));
    assert!((meridian - 111.421).abs() < 0.01, "{meridian}");
    assert!(kilometres((60.0, 25.0), (60.0, 25.0)).abs() < f64::EPSILON);
}
