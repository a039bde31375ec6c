"""Invent the names of streets and places, in Chinese and in English, without repeating one.

The stems are ordinary auspicious or descriptive words that many Chinese cities use; no combination is meant to be a
real place.
"""

from dataclasses import dataclass
from random import Random

# Word and pinyin without tones, as English signs in China write them.
_STEMS = """
安澜:Anlan 文昌:Wenchang 德馨:Dexin 望山:Wangshan 听泉:Tingquan 松涛:Songtao 竹溪:Zhuxi 梅园:Meiyuan
兰亭:Lanting 菊香:Juxiang 桂花:Guihua 银杏:Yinxing 梧桐:Wutong 白杨:Baiyang 青松:Qingsong 翠柏:Cuibai
丹枫:Danfeng 碧桃:Bitao 杏林:Xinglin 书院:Shuyuan 学府:Xuefu 翰林:Hanlin 状元:Zhuangyuan 钟楼:Zhonglou
鼓楼:Gulou 城隍:Chenghuang 府前:Fuqian 仓前:Cangqian 盐仓:Yancang 米市:Mishi 花市:Huashi 瓷器:Ciqi
锦绣:Jinxiu 织云:Zhiyun 采霞:Caixia 揽月:Lanyue 望星:Wangxing 朝晖:Zhaohui 晨曦:Chenxi 晚晴:Wanqing
春晓:Chunxiao 夏荷:Xiahe 秋实:Qiushi 冬青:Dongqing 和顺:Heshun 仁和:Renhe 义安:Yian 礼信:Lixin 智远:Zhiyuan
诚信:Chengxin 康宁:Kangning 福泰:Futai 禄安:Luan 寿昌:Shouchang 喜盈:Xiying 吉庆:Jiqing 祥和:Xianghe
如意:Ruyi 平安:Pingan 长乐:Changle 永昌:Yongchang 兴业:Xingye 建业:Jianye 创新:Chuangxin 科苑:Keyuan
光华:Guanghua 明德:Mingde 至善:Zhishan 弘毅:Hongyi 崇德:Chongde 博雅:Boya 思源:Siyuan 清源:Qingyuan
澄江:Chengjiang 沐风:Mufeng 听雨:Tingyu 观澜:Guanlan 凌波:Lingbo 映月:Yingyue 浣纱:Huansha 渔歌:Yuge
采莲:Cailian 芦荻:Ludi 鹭滩:Lutan 雁翔:Yanxiang 鹤鸣:Heming 凤栖:Fengqi 龙吟:Longyin 麒麟:Qilin 玉泉:Yuquan
金穗:Jinsui 银河:Yinhe 云溪:Yunxi 霞光:Xiaguang 长桥:Changqiao 石桥:Shiqiao 柳堤:Liudi 荷塘:Hetang
桑园:Sangyuan 茶亭:Chating 果园:Guoyuan 麦田:Maitian 稻香:Daoxiang 棉纺:Mianfang 机床:Jichuang
轴承:Zhoucheng 电机:Dianji 车站:Chezhan 驿前:Yiqian 马厂:Machang 牧野:Muye 草场:Caochang 沙柳:Shaliu
胡杨:Huyang 红柳:Hongliu 白塔:Baita 青塔:Qingta 古槐:Guhuai 双井:Shuangjing 三泉:Sanquan 方塘:Fangtang
五福:Wufu 六合:Liuhe 七星:Qixing 八仙:Baxian
"""
DISTRICT_EN = {
    "云中区": "Yunzhong District",
    "清河区": "Qinghe District",
    "望山区": "Wangshan District",
    "沐阳区": "Muyang District",
    "临江区": "Linjiang District",
    "南屏区": "Nanping District",
}
_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
_SIDES_EN = {"东": "East", "西": "West", "南": "South", "北": "North"}
_CLASSES = {"primary": ("大道", "Avenue"), "secondary": ("路", "Road"), "tertiary": ("街", "Street")}


@dataclass(frozen=True, slots=True)
class Name:
    """A name on the map: Chinese, and English by pinyin."""

    zh: str
    en: str


class Names:
    """Hand out names in an order that only the seed decides."""

    def __init__(self, chance: Random) -> None:
        shuffled = [tuple(pair.split(":")) for pair in _STEMS.split()]
        chance.shuffle(shuffled)
        self._stems = iter(shuffled)
        self._lanes: dict[str, int] = {}
        self._places: dict[str, int] = {}

    def stem(self) -> Name:
        """Take a word that no street has yet; there are enough for all streets of the plan."""
        zh, en = next(self._stems)
        return Name(zh, en)

    def lane(self, stem: Name) -> Name:
        """Name a small street after the big one beside it: 永宁一巷, 永宁二巷 ... 永宁北一里."""
        count = self._lanes[stem.zh] = self._lanes.get(stem.zh, 0) + 1
        series, number = divmod(count - 1, len(_NUMERALS))
        kind, english = (("巷", "Alley"), ("里", "Lane"), ("弄", "Court"), ("胡同", "Hutong"))[series % 4]
        prefix, prefix_en = (("", ""), ("新", "New "), ("后", "Back "), ("上", "Upper "))[series // 4 % 4]
        return Name(f"{prefix}{stem.zh}{_NUMERALS[number]}{kind}", f"{prefix_en}{stem.en} {english} {number + 1}")

    def once(self, stem: Name, ending: str, ending_en: str) -> Name:
        """Name a place after the street beside it; a second one of the same name is told apart by a number."""
        plain = Name(f"{stem.zh}{ending}", f"{stem.en} {ending_en}")
        count = self._places[plain.zh] = self._places.get(plain.zh, 0) + 1
        if count == 1:
            return plain
        return Name(f"{stem.zh}第{_numeral(count)}{ending}", f"{stem.en} No. {count} {ending_en}")


def _numeral(number: int) -> str:
    """Write 1 to 99 in Chinese: 3 -> 三, 12 -> 十二, 20 -> 二十."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _NUMERALS[ones - 1]
    return ("" if tens == 1 else _NUMERALS[tens - 1]) + "十" + (_NUMERALS[ones - 1] if ones else "")


def street_name(stem: Name, highway: str, side: str) -> Name:
    """Name one half of a street of the grid: 永宁 + tertiary + 北 -> 永宁北街."""
    zh, en = _CLASSES[highway]
    return Name(f"{stem.zh}{side}{zh}", f"{stem.en} {_SIDES_EN[side]} {en}")


def ring_name(ring: str, ring_en: str, side: str) -> Name:
    """Name one side of a ring road: 二环 + 东 -> 东二环路."""
    return Name(f"{side}{ring}路", f"{_SIDES_EN[side]} {ring_en}")
