/**
 * The letters of time zones since 1880 (IANA database), which JavaScript does not know: each line has
 * abbreviations with their offsets in minutes (or in seconds, with an `s`), and the zones that use them.
 * Where a zone or an offset is not here, its letters are the offset.
 */
export const ZONE_LETTERS = `
ACST+540 ACST+570 ACDT+630|Australia/Adelaide Australia/Darwin Australia/North Australia/South
ACST+540 ACST+570 AEST+600 ACDT+630|Australia/Broken_Hill Australia/Yancowinna
ADMT+9320s AMT+9332s EAT+180|Africa/Asmara
ADMT+9320s EAT+180|Africa/Addis_Ababa
AEST+600|Australia/LHI Australia/Lord_Howe
AEST+600 AEDT+660|Antarctica/Macquarie Australia/ACT Australia/Brisbane Australia/Canberra Australia/Currie Australia/Hobart Australia/Lindeman Australia/Melbourne Australia/NSW Australia/Queensland Australia/Sydney Australia/Tasmania Australia/Victoria
AHST-600 AKST-540 AKDT-480|America/Anchorage US/Alaska
AKST-540 AKDT-480|America/Yakutat
AKST-540 AKDT-480 PDT-420|America/Juneau America/Metlakatla America/Sitka
AMT+1172s CET+60 NST+4772s CEST+120|Europe/Amsterdam
AMT-13840s|America/Asuncion
AST-240|America/Anguilla America/Aruba America/Curacao America/Dominica America/Grenada America/Guadeloupe America/Miquelon America/Montserrat America/Port_of_Spain America/St_Kitts America/St_Thomas America/Tortola
AST-240 ADT-180|America/Barbados America/Glace_Bay America/Halifax America/Thule Canada/Atlantic
AST-240 APT-180|America/Blanc-Sablon America/Kralendijk America/Lower_Princes America/Marigot America/Puerto_Rico America/St_Barthelemy America/Virgin
AST-240 NST-12652s NST-210 ADT-180 NDT-9052s NDT-150 ADDT-120|America/Goose_Bay
AWST+480 AWDT+540|Australia/Perth Australia/West
BMT+10656s|Asia/Baghdad
BMT+1786s CET+60 CEST+120|Europe/Busingen Europe/Zurich
BMT+24124s|Asia/Bangkok
BMT+6264s EET+120 EEST+180|Europe/Bucharest
BMT-15558s AST-240 BST-11958s ADT-180|Atlantic/Bermuda
BMT-17776s|America/Bogota
BMT-3996s GMT+0|Africa/Banjul
BST-660 BDT-600 AKST-540 AKDT-480|America/Nome
BST-660 HST-600 HDT-540|America/Adak America/Atka US/Aleutian
CAT+120|Africa/Bujumbura Africa/Harare Africa/Kigali Africa/Lusaka Africa/Maputo
CAT+120 EAT+180|Africa/Juba Africa/Khartoum
CAT+120 ZMT+141 ZMT+8470s|Africa/Blantyre
CET+60 AMT+5692s EET+120 EEST+180|Europe/Athens
CET+60 BMT+6264s CMT+115 EET+120 EEST+180 MSD+240|Europe/Chisinau Europe/Tiraspol
CET+60 CEST+120|CET Europe/Belgrade Europe/Budapest Europe/Ljubljana Europe/Malta Europe/Oslo Europe/Podgorica Europe/Sarajevo Europe/Skopje Europe/Tirane Europe/Vaduz Europe/Vienna Europe/Zagreb
CET+60 CEST+120 CEMT+180|Arctic/Longyearbyen Atlantic/Jan_Mayen Europe/Berlin
CET+60 EET+120|Africa/Tripoli Libya
CET+60 EET+120 EEST+180 MSD+240|Europe/Kaliningrad
CET+60 EET+120 KMT+7324s EEST+180 MSD+240|Europe/Kiev Europe/Kyiv Europe/Uzhgorod Europe/Zaporozhye
CET+60 EET+120 SMT+136 MSK+180 MSK+240|Europe/Simferopol
CET+60 IMT+7016s EET+120 EEST+180|Europe/Sofia
CET+60 MMT+110 EET+120 EEST+180 MSD+240|Europe/Minsk
CET+60 RMT+5794s EET+120 LST+9394s EEST+180 MSD+240|Europe/Riga
CET+60 SET+3614s CEST+120|Europe/Stockholm
CET+60 TMT+99 EET+120 EEST+180 MSD+240|Europe/Tallinn
CET+60 WMT+84 CEST+120 EEST+180|Europe/Warsaw Poland
CET+60 WMT+84 KMT+5736s EET+120 EEST+180 MSD+240|Europe/Vilnius
CMT+3020s CET+60 CEST+120|Europe/Copenhagen
CMT-15408s|America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/ComodRivadavia America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia America/Buenos_Aires America/Catamarca America/Cordoba America/Jujuy America/Mendoza America/Rosario
CMT-16060s|America/Caracas
CMT-16356s BST-12756s|America/La_Paz
CMT-19176s EST-300|America/Coral_Harbour America/Panama
CMT-244 AST-240|America/St_Lucia
CST+480 CDT+540|Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei PRC ROC
CST-360 CDT-300|America/Belize America/Chicago America/El_Salvador America/Guatemala America/Indiana/Knox America/Knox_IN America/Matamoros America/Menominee America/Merida America/Rainy_River America/Rankin_Inlet America/Resolute America/Tegucigalpa America/Winnipeg CST6CDT Canada/Central US/Central US/Indiana-Starke
CST-360 CDT-300 EDT-240|America/Indiana/Tell_City
CST-360 EST-300|America/Atikokan
CST-360 EST-300 EDT-240|America/Cancun America/Detroit America/Fort_Wayne America/Indiana/Indianapolis America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay America/Indiana/Vincennes America/Indiana/Winamac America/Indianapolis America/Iqaluit America/Kentucky/Louisville America/Kentucky/Monticello America/Louisville America/Pangnirtung US/East-Indiana US/Michigan
CST-360 MMT-20712s CDT-300|America/Managua
CST-360 SJMT-20173s CDT-300|America/Costa_Rica
ChST+600 GDT+660|Pacific/Guam Pacific/Saipan
DMT-1521s GMT+0 IST+2079s IST+60|Eire Europe/Dublin
EAT+180|Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu Africa/Nairobi Indian/Comoro Indian/Mayotte
EAT+180 EAST+240|Indian/Antananarivo
EET+120 EEST+180|Africa/Cairo Asia/Amman Asia/Beirut Asia/Damascus Asia/Famagusta Asia/Gaza Asia/Hebron Asia/Nicosia EET Egypt Europe/Nicosia
EET+120 MMT+9017s MMT+9079s MSK+180 MST+12679s MSK+240 MDST+16279s|Europe/Moscow W-SU
EMT-26248s|Chile/EasterIsland Pacific/Easter
EST-300|EST
EST-300 AST-240|America/Antigua
EST-300 AST-240 ADT-180|America/Moncton
EST-300 EDT-240|America/Montreal America/Nassau America/New_York America/Nipigon America/Thunder_Bay America/Toronto Canada/Eastern EST5EDT US/Eastern
EST-300 PPMT-289 EDT-240|America/Port-au-Prince
EST-300 SDMT-280 AST-240|America/Santo_Domingo
FFMT-14660s AST-240 ADT-180|America/Martinique
FMT-4056s WET+0 WEST+60|Atlantic/Madeira
FMT-53 GMT+0|Africa/Freetown
GMT+0|Africa/Abidjan Africa/Accra Africa/Bamako Africa/Bissau Africa/Conakry Africa/Dakar Africa/Lome Africa/Nouakchott Africa/Ouagadougou Africa/Timbuktu America/Danmarkshavn Atlantic/Reykjavik Etc/GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich GMT GMT+0 GMT-0 GMT0 Greenwich Iceland
GMT+0 BST+60 BDST+120|Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/London GB GB-Eire
GMT+0 CET+60 CEST+120|Europe/Gibraltar
GMT+0 PMT+3464s CET+60 CEST+120|Europe/Bratislava Europe/Prague
GMT+0 WAT+60|Africa/Lagos Africa/Malabo Africa/Niamey Africa/Porto-Novo Africa/Sao_Tome
HKT+480 HKWT+510 HKST+540|Asia/Hong_Kong Hongkong
HMT+21200s|Asia/Dacca Asia/Dhaka
HMT+5989s EET+120 EEST+180|Europe/Helsinki Europe/Mariehamn
HMT-19776s CST-300 CDT-240|America/Havana Cuba
HMT-6872s WET+0 WEST+60|Atlantic/Azores
HST-600|HST
HST-630 HST-600 HPT-570|Pacific/Honolulu Pacific/Johnston US/Hawaii
IMT+25025s|Asia/Irkutsk
IMT+7016s EET+120 EEST+180|Asia/Istanbul Europe/Istanbul Turkey
IST+120 JMT+8440s IDT+180 IDDT+240|Asia/Jerusalem Asia/Tel_Aviv Israel
JMT-1368s GMT+0|Atlantic/St_Helena
JST+540 JDT+600|Asia/Tokyo Japan
KMT-14696s AST-240|America/St_Vincent
KMT-18430s EST-300|America/Cayman
KMT-18430s EST-300 EDT-240|America/Grand_Turk America/Jamaica Jamaica
KST+510 KST+540|Asia/Pyongyang
KST+510 KST+540 KDT+570 KDT+600|Asia/Seoul ROK
MET+60 MEST+120|MET
MMT+19172s|Asia/Colombo
MMT+19270s IST+330|Asia/Calcutta Asia/Kolkata
MMT+28656s WITA+480|Asia/Makassar Asia/Ujung_Pandang
MMT+294|Indian/Maldives
MMT-13491s|America/Montevideo
MMT-2670s MMT-2588s GMT+0|Africa/Monrovia
MSK+180 MSK+240|Europe/Kirov Europe/Volgograd
MST-420|MST
MST-420 CST-360|America/Regina America/Swift_Current Canada/Saskatchewan
MST-420 CST-360 CDT-300|America/Bahia_Banderas America/Chihuahua America/Mexico_City America/Monterrey America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem America/Ojinaga Mexico/General
MST-420 MDT-360|America/Denver America/Edmonton America/Hermosillo America/Mazatlan America/Phoenix America/Shiprock America/Yellowknife Canada/Mountain MST7MDT Mexico/BajaSur Navajo US/Arizona US/Mountain
MST-420 MDT-360 CDT-300|America/Cambridge_Bay America/Ciudad_Juarez
NST-12652s NST-210 NDT-9052s NDT-150 NDDT-90|America/St_Johns Canada/Newfoundland
NZMT+690 NZST+720 NZST+750 NZDT+780|Antarctica/South_Pole NZ Pacific/Auckland
NZST+720 NZDT+780|Antarctica/McMurdo
PKT+300 PKST+360|Asia/Karachi
PLMT+25590s|Asia/Ho_Chi_Minh Asia/Phnom_Penh Asia/Saigon Asia/Vientiane
PMMT+35312s|Pacific/Bougainville Pacific/Port_Moresby Pacific/Truk Pacific/Yap
PMT+13505s|Asia/Yekaterinburg
PMT+561s CET+60 CEST+120|Africa/Tunis
PMT-13252s PMT-13236s|America/Paramaribo
PST+480 PDT+540|Asia/Manila
PST-480 MST-420|America/Creston America/Dawson_Creek America/Fort_Nelson
PST-480 MST-420 MDT-360|America/Boise America/Inuvik
PST-480 PDT-420|America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver Canada/Pacific Mexico/BajaNorte PST8PDT US/Pacific
QMT-314|America/Guayaquil
RMT+23087s|Asia/Rangoon Asia/Yangon
RMT+2996s CET+60 CEST+120|Europe/Rome Europe/San_Marino Europe/Vatican
SAST+120|Africa/Mbabane
SAST+120 SAST+180|Africa/Maseru
SAST+90 CAT+120 CAST+180|Africa/Gaborone
SAST+90 SAST+120 SAST+180|Africa/Johannesburg
SMT+24925s|Asia/Kuala_Lumpur Asia/Singapore Singapore
SMT-13884s|Atlantic/Stanley
SMT-16965s|America/Coyhaique America/Punta_Arenas America/Santiago Chile/Continental
SST-660|Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa
TBMT+10751s|Asia/Tbilisi
TMT+12344s|Asia/Tehran Iran
UTC+0|Etc/UCT Etc/UTC Etc/Universal Etc/Zulu UCT UTC Universal Zulu
WAT+60|Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Libreville Africa/Luanda
WAT+60 CAT+120|Africa/Lubumbashi
WAT+60 CAT+120 SAST+180|Africa/Windhoek
WAT+60 WAST+120|Africa/Ndjamena
WET+0 BMT+1050s CET+60 CEST+120|Europe/Brussels
WET+0 CET+60 CEST+120|Africa/Ceuta Europe/Andorra Europe/Luxembourg Europe/Madrid
WET+0 PMT+561s CET+60 CEST+120|Africa/Algiers Europe/Monaco Europe/Paris
WET+0 WEST+60|Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe WET
WET+0 WEST+60 CEST+120|Europe/Lisbon Portugal
WIB+420 BMT+25632s|Asia/Jakarta
WIB+420 PMT+26240s WITA+480|Asia/Pontianak
WIT+540|Asia/Jayapura
YST-540 PST-480 MST-420|America/Dawson America/Whitehorse Canada/Yukon
`
