"""The demo centre: 青禾選物 / Verdant Goods, a shop with a month behind it. Nobody in it exists."""
