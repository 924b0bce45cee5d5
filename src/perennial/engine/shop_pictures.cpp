#include "perennial/engine/shop_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/base/text.h"
#include "perennial/engine/sql.h"
#include "perennial/journey/sql_text.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/recommend/pictures/picture_decoder.h"

namespace perennial::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadAtOnce = 256;

struct NamedPicture {
  std::string item;
  std::string path;
  std::string files;  // JSON array
};

std::vector<NamedPicture> named_pictures(store::Connection& connection,
                                         const PictureRequest& request) {
  const auto [items, paths, files] = store::read_columns<std::string, std::string, std::string>(
      connection,
      journey::fill_sql(sql::kShopPicturesSql, {{"end", journey::sql_end(request.as_of)}}));
  std::vector<NamedPicture> named;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (std::ranges::binary_search(request.known, items[i])) continue;
    named.push_back({items[i], paths[i], files[i]});
  }
  return named;
}

bool is_address(std::string_view path) { return path.find("://") != std::string_view::npos; }

// Where the file is; nothing when it is not there.
std::optional<fs::path> place_of(const NamedPicture& picture, const fs::path& shop) {
  std::error_code ignored;
  const fs::path path(picture.path);
  std::vector<fs::path> places;
  if (path.is_absolute()) {
    places = {path};
  } else {
    places = {shop / path};
    for (const auto& file : nlohmann::json::parse(picture.files)) {
      const fs::path place = fs::path(file.get<std::string>()).parent_path() / path;
      if (places.back() != place) places.push_back(place);
    }
  }
  for (const fs::path& place : places)
    if (fs::is_regular_file(place, ignored)) return place;
  return std::nullopt;
}

// How often something was found, and the first time.
class Fault {
 public:
  void add(const NamedPicture& picture, std::string_view why) {
    if (count_++ == 0)
      example_ = fmt::format("{} of item {}{}{}", picture.path, picture.item,
                             why.empty() ? "" : ": ", why);
  }
  void tell(std::string_view what, std::vector<std::string>& notes) const {
    if (count_ > 0)
      notes.push_back(
          fmt::format("{}: {}; the first is {}.", what, with_thousands(count_), example_));
  }

 private:
  std::int64_t count_ = 0;
  std::string example_;
};

class Reader {
 public:
  Reader(const PictureRequest& request, Context& context) : request_(request), context_(context) {}

  ShopPictures read(const std::vector<NamedPicture>& named) {
    ProgressTask task(context_.progress, "Reading pictures", named.size());
    for (std::size_t first = 0; first < named.size(); first += kReadAtOnce) {
      const auto some =
          std::span(named).subspan(first).first(std::min(kReadAtOnce, named.size() - first));
      read_some(some);
      task.advance(some.size());
    }
    absent_.tell("Pictures that are not there, left out", read_.notes);
    broken_.tell("Pictures that cannot be read, left out", read_.notes);
    addresses_.tell("Pictures at addresses of the web, which are not fetched, left out",
                    read_.notes);
    return std::move(read_);
  }

 private:
  void read_some(std::span<const NamedPicture> some) {
    std::vector<std::string> files;
    for (const NamedPicture& picture : some) files.push_back(bytes_of(picture));
    std::vector<std::span<const std::uint8_t>> spans;
    for (const std::string& file : files)
      spans.emplace_back(reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
    const models::PicturesRead read = models::read_pictures(spans, context_.threads);
    for (const models::RefusedPicture& refused : read.refused)
      broken_.add(some[refused.item], refused.fault);
    for (const std::uint32_t item : read.pictures.item) read_.items.push_back(some[item].item);
    read_.pixels.insert(read_.pixels.end(), read.pictures.pixels.begin(),
                        read.pictures.pixels.end());
  }

  // Empty for what is left out.
  std::string bytes_of(const NamedPicture& picture) {
    if (is_address(picture.path)) {
      addresses_.add(picture, "");
      return {};
    }
    const std::optional<fs::path> place = place_of(picture, request_.shop);
    if (!place) {
      absent_.add(picture, "");
      return {};
    }
    try {
      const std::uintmax_t size = fs::file_size(*place);
      if (size == 0) broken_.add(picture, "it is empty");
      if (size > models::kMostPictureBytes)
        broken_.add(picture, fmt::format("it has {} bytes, at most {} are read", size,
                                         models::kMostPictureBytes));
      if (size > models::kMostPictureBytes) return {};
      return read_file(*place);
    } catch (const std::exception& error) {  // rights, a disk that fails
      broken_.add(picture, error.what());
      return {};
    }
  }

  const PictureRequest& request_;
  Context& context_;
  ShopPictures read_;
  Fault absent_, broken_, addresses_;
};

}  // namespace

std::optional<ShopPictures> read_shop_pictures(store::Connection& connection,
                                               const PictureRequest& request, Context& context) {
  const std::vector<NamedPicture> named = named_pictures(connection, request);
  if (named.empty()) return std::nullopt;
  ShopPictures none;
  const auto count = with_thousands(static_cast<std::int64_t>(named.size()));
  if (!models::picture_decoder_available() || !models::networks_available()) {
    none.notes.push_back(fmt::format(
        "Pictures of {} items are left out: this build has no module of {}.", count,
        models::picture_decoder_available() ? "neural networks (LibTorch)" : "pictures (OpenCV)"));
    return none;
  }
  if (named.size() > kMostShopPictures) {
    none.notes.push_back(fmt::format("Pictures of {} items are left out: at most {} are read.",
                                     count, with_thousands(kMostShopPictures)));
    return none;
  }
  return Reader(request, context).read(named);
}

std::shared_ptr<const models::ItemPictures> numbered(const ShopPictures& pictures,
                                                     std::span<const std::string> items) {
  auto own = std::make_shared<models::ItemPictures>();
  for (std::size_t k = 0; k < pictures.items.size(); ++k) {
    const auto at = std::ranges::lower_bound(items, pictures.items[k]);
    if (at == items.end() || *at != pictures.items[k]) continue;
    const auto from =
        pictures.pixels.begin() + static_cast<std::ptrdiff_t>(k * models::kPictureSize);
    own->item.push_back(static_cast<std::uint32_t>(at - items.begin()));
    own->pixels.insert(own->pixels.end(), from, from + models::kPictureSize);
  }
  return own;
}

}  // namespace perennial::engine
