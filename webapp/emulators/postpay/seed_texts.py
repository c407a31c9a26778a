"""Names, wares and words of made-up shoppers: short and long ones, Arabic ones, and some that mean harm."""

from __future__ import annotations

FIRST_NAMES = (
    "Aisha", "Omar", "Fatima", "John", "Mariam", "Khalid", "Priya", "José", "Noura", "Siobhán", "Wei", "Hessa",
    "محمد", "فاطمة", "عبد الرحمن", "نورة", "Đặng", "Zoë", "Abdulrahman Abdulaziz", "يوسف",
)  # fmt: skip
LAST_NAMES = (
    "Al Mansoori", "Haddad", "Doe", "Khan", "O'Brien", "García-Márquez", "Nair", "Fernandes", "Smith", "Lee",
    "المنصوري", "الهاشمي", "بن راشد آل مكتوم", "van der Westhuizen-Papadopoulos de la Cruz y Montenegro", "Al Suwaidi",
)  # fmt: skip
CITIES = {
    "AED": (
        ("Dubai", "Dubai", "AE"),
        ("Abu Dhabi", "Abu Dhabi", "AE"),
        ("الشارقة", "الشارقة", "AE"),
        ("Al Ain", "Abu Dhabi", "AE"),
    ),
    "SAR": (("Riyadh", "Riyadh", "SA"), ("جدة", "مكة المكرمة", "SA")),
    "KWD": (("Kuwait City", "Al Asimah", "KW"), ("حولي", "حولي", "KW")),
    "BHD": (("Manama", "Capital", "BH"),),
    "JPY": (("Tokyo", "Tokyo", "JP"), ("大阪市", "大阪府", "JP")),
}
DIALLING = {"AE": "+971 50", "SA": "+966 55", "KW": "+965", "BH": "+973", "JP": "+81 90"}
STREETS = (
    "The Gate District, DIFC", "Al Wasl Road 214", "شارع الشيخ زايد", "Villa 12, Street 4b, Al Barsha 2",
    "King Fahd Road", "Block 7, Building 31", "1-2-3 Ginza", "Jumeirah Lakes Towers, Cluster Q, Saba Tower 1",
)  # fmt: skip

# Name, and price in whole AED.
WARES = (
    ("Wild Flower Eau de Parfum (50ml)", 840), ("Linen shirt, white", 179), ("Running shoes", 449),
    ("Wireless headphones", 899), ("Coffee maker", 1249), ("Phone case", 59), ("Travel cushion", 85),
    ("Silk scarf “Désert”", 320), ("Sunglasses", 540), ("Espresso beans 1 kg", 95), ("عباءة سوداء مطرزة", 650),
    ("عطر العود الملكي ١٠٠ مل", 1150), ("سجادة صلاة", 120), ("Children's bicycle 16\"", 599), ("Smart watch", 1599),
    ("Yoga mat", 110), ("Cookware set, 10 pieces", 780), ("Rug 200 × 300 cm, hand-tufted wool", 2400),
    ("Armchair", 1850), ("Gift box with 24 dates", 140), ("🎁 Surprise parcel", 99), ("Desk lamp", 230),
    ("Extra long product name that goes on and on, as marketplaces like to write them: waterproof, shockproof, "
     "dustproof, with carrying strap, spare battery, cleaning cloth, a guide and two years of guarantee", 375),
)  # fmt: skip

# Ids as shops really have them; each must survive the way into an address and back.
ODD_IDS = ("order 77", "SO/2026/0042", "50%-off-12", "#4821", "طلب-١٠٢٤", "a+b&c=d?e", "%2F..%2F", "Ünïcode-№7")

REFUND_REASONS = (
    "Item returned by user", "Damaged in transit", "Wrong size", "Goodwill", "Item out of stock", "Customer @ store 12",
    "استرجاع المنتج", "Price match", "Delivered late; ref. #5512", "STRASSE / Straße exchange", "",
)  # fmt: skip
ADJUSTMENTS = ("Adjustment of fees", "Chargeback lost", "Correction of a payout", "Monthly minimum fee", "تسوية رسوم")
