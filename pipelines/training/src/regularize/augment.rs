//! `augment`: rows as they might have been.
//!
//! For tables: normal `noise` on every value, and `swap` of values with those of other rows. For
//! images: moved, mirrored, turned, cut, covered and lit anew, each row by its own draws. Images
//! have `height` × `width` pixels in `channels`; what lies outside is 0. Each part has a stream of
//! its own and is off at 0.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use surmise_core::component::{Setting, When};
use surmise_core::seed::Seed;

use super::{Entry, Regularizer, Setup};
use crate::rows::Rows;
use crate::{Error, Real, Result, setting};

mod brightness;
mod crop;
mod erase;
mod flip;
mod image;
mod noise;
mod rotate;
mod shift;
mod swap;

use image::Image;

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || setting::component("augment", "rows as they might have been", settings()),
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Augment {
    noise: f64,
    swap: f64,
    #[serde(flatten)]
    image: Option<ImageSettings>,
}

#[derive(Debug, Clone, Deserialize)]
struct ImageSettings {
    height: usize,
    width: usize,
    channels: usize,
    layout: image::Order,
    shift: usize,
    flip: flip::Axes,
    rotate: f64,
    crop: f64,
    erase: f64,
    brightness: f64,
}

fn settings() -> Vec<Setting> {
    let mut settings = vec![
        setting::float("noise", (0.0, 1e3), 0.0, "standard deviation of what is added"),
        setting::float("swap", (0.0, 1.0), 0.0, "share of values that come from other rows"),
        setting::flag("image", false, "whether rows are images"),
    ];
    let of_images = [
        setting::int("height", (1, 65536), 1, "pixels from top to bottom"),
        setting::int("width", (1, 65536), 1, "pixels from left to right"),
        setting::int("channels", (1, 4096), 1, "values of a pixel"),
        setting::word("layout", &["channels_first", "channels_last"], "order of the features"),
        setting::int("shift", (0, 65536), 0, "pixels it is moved by at most, each way"),
        setting::word(
            "flip",
            &["none", "horizontal", "vertical", "both"],
            "mirrored half the time",
        ),
        setting::float("rotate", (0.0, 180.0), 0.0, "degrees it is turned by at most"),
        setting::float("crop", (0.0, 0.9), 0.0, "share of each side that is cut off at most"),
        setting::float("erase", (0.0, 0.9), 0.0, "share of each side that is covered at most"),
        setting::float("brightness", (0.0, 10.0), 0.0, "what is added to all pixels at most"),
    ];
    settings.extend(of_images.map(|setting| Setting {
        when: Some(When { setting: "image".into(), values: vec![json!(true)] }),
        ..setting
    }));
    settings
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<Augment>(settings)?))
}

impl<T: Real> Regularizer<T> for Augment {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        let Some(image) = &self.image else { return Ok(()) };
        let (h, w, c) = (image.height, image.width, image.channels);
        if h * w * c == setup.shape.n_features {
            return Ok(());
        }
        let n = setup.shape.n_features;
        Err(Error::data(format!("augment: {h} × {w} pixels in {c} channels are not {n} features")))
    }

    fn on_rows(&self, rows: &mut Rows<T>, seed: Seed) {
        if let Some(image) = &self.image {
            image.apply(rows, seed);
        }
        if self.swap > 0.0 {
            swap::apply(rows, self.swap, &mut seed.child("swap").rng());
        }
        if self.noise > 0.0 {
            noise::apply(rows, self.noise, &mut seed.child("noise").rng());
        }
    }
}

impl ImageSettings {
    fn apply<T: Real>(&self, rows: &mut Rows<T>, seed: Seed) {
        let rng = |name: &str| seed.child(name).rng();
        let (mut flips, mut turns, mut crops) = (rng("flip"), rng("rotate"), rng("crop"));
        let (mut shifts, mut lights, mut covers) = (rng("shift"), rng("brightness"), rng("erase"));
        for i in 0..rows.len() {
            let mut image = Image {
                pixels: rows.row_mut(i),
                height: self.height,
                width: self.width,
                channels: self.channels,
                order: self.layout,
            };
            flip::apply(&mut image, self.flip, &mut flips);
            if self.rotate > 0.0 {
                rotate::apply(&mut image, self.rotate, &mut turns);
            }
            if self.crop > 0.0 {
                crop::apply(&mut image, self.crop, &mut crops);
            }
            if self.shift > 0 {
                shift::apply(&mut image, self.shift, &mut shifts);
            }
            if self.brightness > 0.0 {
                brightness::apply(&mut image, self.brightness, &mut lights);
            }
            if self.erase > 0.0 {
                erase::apply(&mut image, self.erase, &mut covers);
            }
        }
    }
}

#[cfg(test)]
mod tests;
