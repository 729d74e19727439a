//! Pixels and values that move.

use serde_json::json;

use super::image::Order;
use super::*;
use crate::testing::values;
use crate::{Outputs, Shape};

/// A picture of 3 × 3 pixels.
const PICTURE: [f64; 9] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

fn picture(pixels: &mut [f64]) -> Image<'_, f64> {
    Image { pixels, height: 3, width: 3, channels: 1, order: Order::ChannelsFirst }
}

fn stage(settings: &serde_json::Value) -> Augment {
    let settings = (ENTRY.component)().resolve(settings.as_object().unwrap()).unwrap();
    setting::read(&settings).unwrap()
}

#[test]
fn pixels_move_and_turn() {
    let mut pixels = PICTURE;
    picture(&mut pixels).resample(|row, column| (row - 1.0, column + 1.0));
    assert_eq!(pixels, [0.0, 0.0, 0.0, 2.0, 3.0, 0.0, 5.0, 6.0, 0.0]);
    let mut pixels = PICTURE;
    rotate::turn(&mut picture(&mut pixels), std::f64::consts::FRAC_PI_2);
    let turned = [3.0, 6.0, 9.0, 2.0, 5.0, 8.0, 1.0, 4.0, 7.0];
    let mirrored: Vec<f64> = turned.iter().rev().copied().collect();
    let is_near = |expected: &[f64]| pixels.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9);
    assert!(is_near(&turned) || is_near(&mirrored), "{pixels:?}");
}

#[test]
fn values_between_pixels_are_those_of_a_line() {
    let mut pixels = PICTURE;
    picture(&mut pixels).resample(|row, column| (row * 0.5 + 0.25, column * 0.5 + 0.5));
    assert!((pixels[0] - (1.0 + 3.0 * 0.25 + 0.5)).abs() < 1e-12);
    assert!((pixels[8] - (1.0 + 3.0 * 1.25 + 1.5)).abs() < 1e-12);
}

#[test]
fn channels_may_come_first_or_last() {
    let mut pixels = [1.0, 10.0, 2.0, 20.0];
    let mut image = Image {
        pixels: &mut pixels[..],
        height: 1,
        width: 2,
        channels: 2,
        order: Order::ChannelsLast,
    };
    image.resample(|row, column| (row, 1.0 - column));
    assert_eq!(pixels, [2.0, 20.0, 1.0, 10.0]);
}

#[test]
fn images_keep_their_size_and_what_lies_outside_is_0() {
    let settings = json!({ "image": true, "height": 3, "width": 3, "shift": 1, "flip": "both",
        "rotate": 30.0, "crop": 0.3, "erase": 0.7, "brightness": 0.1 });
    let mut rows = Rows::new(Shape { n_features: 9, outputs: Outputs::Values(1) });
    rows.x = PICTURE.repeat(50);
    rows.target = crate::rows::Targets::Values(vec![0.0; 50]);
    let before = rows.clone();
    Regularizer::<f64>::on_rows(&stage(&settings), &mut rows, Seed::root(1));
    assert_eq!((rows.x.len(), &rows.target), (450, &before.target));
    assert!(rows.x.iter().all(|x| (-0.1..=9.1).contains(x)));
    assert!(rows.x.contains(&0.0) && rows.x != before.x);
}

#[test]
fn each_part_alone_changes_images_and_what_is_off_does_not() {
    let run = |part: serde_json::Value| {
        let mut settings = json!({ "image": true, "height": 3, "width": 3 });
        settings.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        let mut rows = Rows::new(Shape { n_features: 9, outputs: Outputs::Values(1) });
        rows.x = PICTURE.repeat(20);
        rows.target = crate::rows::Targets::Values(vec![0.0; 20]);
        Regularizer::<f64>::on_rows(&stage(&settings), &mut rows, Seed::root(1));
        rows.x
    };
    let plain = PICTURE.repeat(20);
    assert_eq!(run(json!({})), plain);
    for part in [
        json!({ "shift": 1 }),
        json!({ "flip": "horizontal" }),
        json!({ "flip": "vertical" }),
        json!({ "rotate": 10.0 }),
        json!({ "crop": 0.2 }),
        json!({ "erase": 0.5 }),
        json!({ "brightness": 0.5 }),
        json!({ "noise": 0.5 }),
        json!({ "swap": 0.5 }),
    ] {
        let is_swap = part.get("swap").is_some();
        // All rows are the same picture, so that swapping gives the same again.
        assert_eq!(run(part.clone()) == plain, is_swap, "{part}");
    }
}

#[test]
fn values_are_swapped_within_their_feature() {
    let mut rows = values(&[0.0; 1000], &[0.0; 1000]);
    rows.x = (0..1000).map(f64::from).collect();
    let before = rows.x.clone();
    Regularizer::<f64>::on_rows(&stage(&json!({ "swap": 0.3 })), &mut rows, Seed::root(1));
    let moved = rows.x.iter().zip(&before).filter(|(a, b)| a != b).count();
    assert!((240..360).contains(&moved) && rows.x.iter().all(|x| before.contains(x)), "{moved}");
}
