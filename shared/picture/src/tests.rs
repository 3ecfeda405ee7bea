//! Files of all kinds, made here: good ones come out square, upright and bare; others with what is wrong with them.

use image::DynamicImage;
use image::codecs::jpeg::JpegEncoder;

use super::*;

/// Red to the left, blue to the right, in thirds of a landscape: the middle is green.
fn landscape(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| match 3 * x / width {
        0 => Rgb([255, 0, 0]),
        1 => Rgb([0, 255, 0]),
        _ => Rgb([0, 0, 255]),
    })
}

fn file(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).expect("an encoder");
    file.into_inner()
}

/// A JPEG whose metadata says how the camera was held (Exif 2.32 §4.6.4), where it was, and who took it.
fn held(image: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 90).encode_image(image).expect("an encoder");
    let mut tiff = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
    tiff.extend(b"GPS 51.5 N, taken by Ada");
    let length = u16::try_from(tiff.len() + 2).expect("short");
    let mut jpeg = plain[..2].to_vec();
    jpeg.extend([0xff, 0xe1]);
    jpeg.extend(length.to_be_bytes());
    jpeg.extend(tiff);
    jpeg.extend(&plain[2..]);
    jpeg
}

fn read(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).expect("a JPEG").to_rgb8()
}

fn is_near(pixel: Rgb<u8>, colour: [u8; 3]) -> bool {
    pixel.0.iter().zip(colour).all(|(one, other)| one.abs_diff(other) < 40)
}

#[test]
fn every_format_becomes_a_square_jpeg_of_its_middle() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        for (width, height) in [(900, 300), (30, 10), (1800, 600)] {
            let kept = prepared(&file(&landscape(width, height), format)).expect("a photo");
            let square = read(&kept);
            assert_eq!(square.dimensions(), (policy::PHOTO_SIDE, policy::PHOTO_SIDE), "{format:?} {width}");
            assert!(is_near(*square.get_pixel(256, 256), [0, 255, 0]), "{format:?} {width}: {:?}", square.get_pixel(256, 256));
        }
    }
}

#[test]
fn a_photo_is_upright_and_tells_nothing_but_its_pixels() {
    let halves = RgbImage::from_fn(200, 200, |x, _| if x < 100 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
    // As it is; and turned so that what was to the left is on top.
    for (orientation, red) in [(1, (20, 256)), (6, (256, 20)), (3, (490, 256)), (8, (256, 490))] {
        let original = held(&halves, orientation);
        assert!(original.windows(3).any(|bytes| bytes == b"GPS"));
        let kept = prepared(&original).expect("a photo");
        assert!(is_near(*read(&kept).get_pixel(red.0, red.1), [255, 0, 0]), "{orientation}");
        assert!(!kept.windows(3).any(|bytes| bytes == b"GPS" || bytes == b"Exi"), "{orientation}");
    }
}

#[test]
fn what_is_transparent_becomes_white() {
    let mut png = Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(8, 8, image::Rgba([0, 0, 0, 0])).write_to(&mut png, ImageFormat::Png).expect("an encoder");
    let square = read(&prepared(png.get_ref()).expect("a photo"));
    assert!(is_near(*square.get_pixel(5, 5), [255, 255, 255]));
}

#[test]
fn grey_deep_and_transparent_pictures_keep_their_colours() {
    let colours = DynamicImage::ImageRgb8(RgbImage::from_pixel(9, 9, Rgb([200, 40, 40])));
    let greys = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(9, 9, image::Luma([120])));
    let half = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(9, 9, image::Rgba([0, 0, 0, 127])));
    let cases = [
        (DynamicImage::ImageRgb16(colours.to_rgb16()), [200, 40, 40]),
        (DynamicImage::ImageRgba16(colours.to_rgba16()), [200, 40, 40]),
        (DynamicImage::ImageLumaA8(greys.to_luma_alpha8()), [120; 3]),
        (DynamicImage::ImageLuma16(greys.to_luma16()), [120; 3]),
        (DynamicImage::ImageLumaA16(greys.to_luma_alpha16()), [120; 3]),
        (greys, [120; 3]),
        (half, [128; 3]),
    ];
    for (picture, colour) in cases {
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).expect("an encoder");
        let square = read(&prepared(png.get_ref()).expect("a photo"));
        let pixel = *square.get_pixel(256, 256);
        assert!(pixel.0.iter().zip(colour).all(|(one, other): (&u8, u8)| one.abs_diff(other) < 8), "{:?}: {pixel:?}", picture.color());
    }
}

/// A PNG that says how large it is, and holds nothing.
fn announcing(width: u32, height: u32) -> Vec<u8> {
    announcing_in((8, 2), width, height)
}

/// The same with a depth and a type of colour (PNG §11.2.2).
fn announcing_in((depth, colour): (u8, u8), width: u32, height: u32) -> Vec<u8> {
    let mut head = b"IHDR".to_vec();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([depth, colour, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend(&head);
    png.extend(crc32(&head).to_be_bytes());
    png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    png
}

// PNG §5.5, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())))
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    for (width, height) in [(60_000, 60_000), (1, u32::MAX >> 1), (policy::PHOTO_SIDE_MAX, policy::PHOTO_SIDE_MAX), (policy::PHOTO_SIDE_MAX + 1, 1)] {
        assert_eq!(prepared(&announcing(width, height)), Err(PhotoProblem::TooManyPixels), "{width} × {height}");
    }
    // One byte for a pixel, and eight: pixels and bytes are bounded each by itself.
    for (kind, side) in [((8, 0), 5_000), ((16, 6), 4_000)] {
        assert_eq!(prepared(&announcing_in(kind, side, side)), Err(PhotoProblem::TooManyPixels), "{kind:?}");
    }
    assert_eq!(prepared(&announcing(10, 10)), Err(PhotoProblem::NotAPhoto), "small, but empty");
}

#[test]
fn what_is_no_photo_is_refused_whatever_it_is_called() {
    let whole = file(&landscape(300, 100), ImageFormat::Png);
    let jpeg = file(&landscape(24, 8), ImageFormat::Jpeg);
    let wrong: [&[u8]; 9] = [
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        b"<html>",
        b"%PDF-1.7",
        b"BM\x3a\0\0\0",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"RIFF\x04\0\0\0WEBP",
        &whole[..whole.len() / 2],
    ];
    for wrong in wrong {
        assert_eq!(prepared(wrong), Err(PhotoProblem::NotAPhoto), "{:?}", &wrong[..wrong.len().min(8)]);
    }
    assert_eq!(prepared(b""), Err(PhotoProblem::NoFile));
    assert_eq!(prepared(&vec![0; policy::PHOTO_MAX + 1]), Err(PhotoProblem::TooLarge));
    // Bytes that were lost on the way end in an answer, whichever.
    for at in (0..jpeg.len()).step_by(29) {
        let mut broken = jpeg.clone();
        broken[at] ^= 0xff;
        let _answer = prepared(&broken);
        let _answer = prepared(&jpeg[..at]);
    }
}
