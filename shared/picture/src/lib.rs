#![doc = include_str!("../README.md")]

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::photo::PhotoProblem;
use domain::policy;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{ColorType, ExtendedColorType, GenericImageView, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage, imageops};

/// The quality of what is kept: nobody tells it from the original at this size.
const QUALITY: u8 = 85;

/// Reads a JPEG, PNG or WebP, told by its content, and makes a square JPEG of it, upright, without metadata: nothing of the file but its pixels goes on.
pub fn prepared(file: &[u8]) -> Result<Vec<u8>, PhotoProblem> {
    if file.is_empty() {
        return Err(PhotoProblem::NoFile);
    }
    if file.len() > policy::PHOTO_MAX {
        return Err(PhotoProblem::TooLarge);
    }
    // SECURITY: a decoder that loses its way on somebody's bytes ends here, not as our error.
    catch_unwind(AssertUnwindSafe(|| square(file))).unwrap_or(Err(PhotoProblem::NotAPhoto))
}

fn square(file: &[u8]) -> Result<Vec<u8>, PhotoProblem> {
    let (whole, orientation) = unpacked(file)?;
    let side = whole.width.min(whole.height);
    let middle = imageops::crop_imm(&whole, (whole.width - side) / 2, (whole.height - side) / 2, side, side);
    let small = imageops::thumbnail(&*middle, policy::PHOTO_SIDE, policy::PHOTO_SIDE);
    encoded(&upright(small, orientation))
}

fn unpacked(file: &[u8]) -> Result<(Unpacked, Orientation), PhotoProblem> {
    let format = image::guess_format(file).map_err(|_| PhotoProblem::NotAPhoto)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(PhotoProblem::NotAPhoto);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(|error| problem(&error))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    // SECURITY: looked at before anything is unpacked.
    if pixels > policy::PHOTO_PIXELS_MAX || decoder.total_bytes() > policy::PHOTO_UNPACKED_MAX {
        return Err(PhotoProblem::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(|error| problem(&error))?;
    let (color, size) = (decoder.color_type(), usize::try_from(decoder.total_bytes()).map_err(|_| PhotoProblem::TooManyPixels)?);
    let mut samples = vec![0; size];
    decoder.read_image(&mut samples).map_err(|error| problem(&error))?;
    Ok((Unpacked { width, height, color, samples }, orientation))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(policy::PHOTO_SIDE_MAX);
    limits.max_image_height = Some(policy::PHOTO_SIDE_MAX);
    limits.max_alloc = Some(policy::PHOTO_UNPACKED_MAX);
    limits
}

const fn problem(error: &ImageError) -> PhotoProblem {
    match error {
        ImageError::Limits(_) => PhotoProblem::TooManyPixels,
        _ => PhotoProblem::NotAPhoto,
    }
}

/// A picture as it was unpacked: grey or in colour, with or without transparency, of 8 or 16 bits a sample.
///
/// One type of picture for all of them, and not one for each kind of pixel: what is made of it is compiled once.
struct Unpacked {
    width: u32,
    height: u32,
    color: ColorType,
    samples: Vec<u8>,
}

impl GenericImageView for Unpacked {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    // JPEG has no transparency: white shows through.
    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let size = usize::from(self.color.bytes_per_pixel());
        let start = (y as usize * self.width as usize + x as usize) * size;
        let pixel = self.samples.get(start..start + size).unwrap_or_default();
        let is_deep = self.color.bytes_per_pixel() / self.color.channel_count() == 2;
        // Of 16 bits, which the decoders write in this machine's order, the upper eight.
        let deep = |two: &[u8; 2]| u32::from(u16::from_ne_bytes(*two) >> 8);
        let sample = |channel: usize| {
            if is_deep { pixel.as_chunks().0.get(channel).map_or(0, deep) } else { pixel.get(channel).copied().map_or(0, u32::from) }
        };
        let colours = if self.color.has_color() { [sample(0), sample(1), sample(2)] } else { [sample(0); 3] };
        let alpha = if self.color.has_alpha() { sample(usize::from(self.color.channel_count()) - 1) } else { 255 };
        Rgb(colours.map(|colour| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)))
    }
}

fn upright(image: RgbImage, orientation: Orientation) -> RgbImage {
    match orientation {
        Orientation::NoTransforms => image,
        Orientation::Rotate90 => imageops::rotate90(&image),
        Orientation::Rotate180 => imageops::rotate180(&image),
        Orientation::Rotate270 => imageops::rotate270(&image),
        Orientation::FlipHorizontal => imageops::flip_horizontal(&image),
        Orientation::FlipVertical => imageops::flip_vertical(&image),
        Orientation::Rotate90FlipH => imageops::flip_horizontal(&imageops::rotate90(&image)),
        Orientation::Rotate270FlipH => imageops::flip_horizontal(&imageops::rotate270(&image)),
    }
}

fn encoded(image: &RgbImage) -> Result<Vec<u8>, PhotoProblem> {
    let mut jpeg = Vec::with_capacity(64 * 1024);
    let (width, height) = image.dimensions();
    let written = JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode(image.as_raw(), width, height, ExtendedColorType::Rgb8);
    written.map_err(|error| problem(&error))?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests;
