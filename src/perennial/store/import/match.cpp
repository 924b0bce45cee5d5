#include "perennial/store/import/match.h"

#include <algorithm>
#include <utility>

#include "perennial/base/error.h"

namespace perennial::store {
namespace {

const std::string& header_of(const Field& field) {
  return field.header.empty() ? field.column : field.header;
}

std::size_t found(const Places& places) {
  return static_cast<std::size_t>(
      std::count_if(places.begin(), places.end(), [](int place) { return place >= 0; }));
}

// The role that fits a file best, with a score that grows with the columns found.
struct Fit {
  RolePlayer player;
  std::size_t score = 0;
};

Fit best_role(const Format& format, const SourceFile& file) {
  if (file.kind == FileKind::kJsonLines && format.is_message != nullptr) {
    if (file.first_object.empty() || !format.is_message(file.first_object)) return {};
    return {{&format.roles[0], &file, {}, 0, 0}, 1000};
  }
  Fit best;
  for (const Role& role : format.roles) {
    auto places = match(role, file);
    if (!places) continue;
    const std::size_t score = found(*places);
    const std::size_t width = role.looks_like != nullptr ? role.fields.size() : file.columns.size();
    const std::size_t header_lines = role.looks_like != nullptr ? role.lines_before_data : 1;
    if (score > best.score) best = {{&role, &file, std::move(*places), width, header_lines}, score};
  }
  return best;
}

struct Candidate {
  Plan plan;
  std::size_t files = 0;
  std::size_t score = 0;
};

Candidate consider(const Format& format, const std::vector<SourceFile>& files) {
  Candidate candidate;
  candidate.plan.format = &format;
  for (const SourceFile& file : files) {
    Fit fit = best_role(format, file);
    if (fit.score == 0) continue;
    candidate.plan.players.push_back(std::move(fit.player));
    ++candidate.files;
    candidate.score += fit.score;
  }
  return candidate;
}

std::string columns_of(const SourceFile& file) {
  std::string list;
  for (const std::string& column : file.columns) {
    if (list.size() > 200) return list + ", ...";
    list += (list.empty() ? "" : ", ") + column.substr(0, 40);
  }
  return list;
}

[[noreturn]] void nothing_fits(const std::vector<Format>& formats, const SourceFile& file) {
  if (formats.size() > 1) {
    fail(ErrorKind::kBadInput,
         "{} is of no known format (its columns: {}); name one with --format or describe it with "
         "--map",
         file.name, columns_of(file));
  }
  const Format& format = formats.at(0);
  std::string missing;
  for (const Role& role : format.roles) {
    if (role.filled_by_reader || role.looks_like != nullptr || format.roles.size() > 1) continue;
    for (const Field& field : role.fields) {
      if (field.need == Need::kOptional) continue;
      const auto same = [&](const std::string& column) {
        return header_key(column) == header_key(header_of(field));
      };
      if (std::none_of(file.columns.begin(), file.columns.end(), same))
        missing += (missing.empty() ? "; it lacks " : ", ") + header_of(field);
    }
  }
  fail(ErrorKind::kBadInput, "{} is not of format {} (wanted: {}; its columns: {}{})", file.name,
       format.info.id, format.info.files, columns_of(file), missing);
}

// A column that is read must not stand twice in the header: which one would count?
void refuse_duplicates(const RolePlayer& player) {
  if (player.role->looks_like != nullptr || player.places.empty()) return;
  const auto& columns = player.file->columns;
  for (std::size_t i = 0; i < player.places.size(); ++i) {
    if (player.places[i] < 0) continue;
    const std::string key = header_key(columns[static_cast<std::size_t>(player.places[i])]);
    const auto same = std::count_if(columns.begin(), columns.end(), [&](const std::string& name) {
      return header_key(name) == key;
    });
    if (same > 1) {
      fail(ErrorKind::kBadInput, "{}: the header has the column {} {} times; keep or rename one",
           player.file->name, header_of(player.role->fields[i]), same);
    }
  }
}

void note_unread_columns(Plan& plan, const RolePlayer& player) {
  if (player.role->looks_like != nullptr || player.places.empty()) return;
  std::string unread;
  for (std::size_t i = 0; i < player.file->columns.size(); ++i) {
    if (std::find(player.places.begin(), player.places.end(), static_cast<int>(i)) ==
        player.places.end()) {
      unread += (unread.empty() ? "" : ", ") + player.file->columns[i];
    }
  }
  if (!unread.empty())
    plan.notes.push_back(fmt::format("{}: columns not read: {}", player.file->name, unread));
}

void check_needs(const Plan& plan) {
  const auto has = [&](std::string_view name) {
    return std::any_of(plan.players.begin(), plan.players.end(),
                       [&](const RolePlayer& player) { return player.role->name == name; });
  };
  for (const RolePlayer& player : plan.players) {
    for (const std::string& need : player.role->needs) {
      if (has(need)) continue;
      const auto role = std::find_if(plan.format->roles.begin(), plan.format->roles.end(),
                                     [&](const Role& candidate) { return candidate.name == need; });
      CHECK(role != plan.format->roles.end());
      fail(ErrorKind::kBadInput, "{}: {} cannot be read without {}; import them together",
           plan.format->info.title, player.file->name, role->files);
    }
  }
}

}  // namespace

std::optional<Places> match(const Role& role, const SourceFile& file) {
  if (role.filled_by_reader) return std::nullopt;
  if (role.looks_like != nullptr) {
    if (file.kind != FileKind::kDelimited || !role.looks_like(file.records)) return std::nullopt;
    Places places(role.fields.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<int>(i);
    return places;
  }
  std::vector<std::string> keys;
  keys.reserve(file.columns.size());
  for (const std::string& column : file.columns) keys.push_back(header_key(column));
  Places places;
  for (const Field& field : role.fields) {
    const auto at = std::find(keys.begin(), keys.end(), header_key(header_of(field)));
    places.push_back(at == keys.end() ? -1 : static_cast<int>(at - keys.begin()));
    if (at == keys.end() && field.need != Need::kOptional) return std::nullopt;
  }
  return found(places) > 0 ? std::optional(places) : std::nullopt;
}

Plan make_plan(const std::vector<Format>& formats, const std::vector<SourceFile>& files,
               const std::vector<bool>& from_folder) {
  std::vector<Candidate> candidates;
  for (const Format& format : formats) {
    Candidate candidate = consider(format, files);
    if (candidate.files > 0) candidates.push_back(std::move(candidate));
  }
  if (candidates.empty()) nothing_fits(formats, files.at(0));
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return std::pair(a.files, a.score) > std::pair(b.files, b.score);
                   });
  Candidate& best = candidates[0];
  if (candidates.size() > 1 && candidates[1].files == best.files &&
      candidates[1].score == best.score) {
    fail(ErrorKind::kBadInput, "{} could be {} or {}; name one with --format", files.at(0).name,
         best.plan.format->info.id, candidates[1].plan.format->info.id);
  }
  Plan plan = std::move(best.plan);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool used =
        std::any_of(plan.players.begin(), plan.players.end(),
                    [&](const RolePlayer& player) { return player.file == &files[i]; });
    if (used) continue;
    if (!from_folder[i]) nothing_fits({*plan.format}, files[i]);
    plan.notes.push_back(
        fmt::format("{}: not a file of {}, passed over", files[i].name, plan.format->info.title));
  }
  check_needs(plan);
  for (const RolePlayer& player : plan.players) {
    refuse_duplicates(player);
    note_unread_columns(plan, player);
  }
  return plan;
}

}  // namespace perennial::store
