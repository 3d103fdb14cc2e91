using Dispatch.Server.Access;
using Dispatch.Server.Imports;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Teams;

/// <summary>
/// A command brings its teams as a spreadsheet, as volunteers are brought: a dry run with every fault of every line, then all of it in one
/// transaction or nothing; the same file twice changes nothing.
/// </summary>
internal static class ImportTeams
{
    internal sealed record Report(bool DryRun, int Lines, int ToInsert, int ToUpdate, int Unchanged, IReadOnlyList<ImportFault> Faults);

    public static async Task<IResult> Handle(HttpRequest request, bool? dryRun, Caller caller, IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        if (await Upload.ReadAsync(request, SheetFile.MostBytes, cancellation) is not { } file)
        {
            return Problems.TooLarge(SheetFile.MostBytes);
        }

        Report report;
        try
        {
            var (lines, faults) = TeamFile.Read(SheetFile.Read(file));
            await using var db = await store.CreateDbContextAsync(cancellation);
            report = await RunAsync(db, [.. lines.Where(line => line.ExternalId.Length > 0)], faults, dryRun == true, caller, cancellation) with { Lines = lines.Count };
        }
        catch (SheetRefused refused)
        {
            report = new(dryRun == true, 0, 0, 0, 0, refused.Faults);
        }

        return Upload.Answer(report, [.. report.Faults.Select(fault => new Fault(fault.Line == 0 ? "file" : $"lines[{fault.Line}].{fault.Column}", fault.Message, fault.MessageEn))]);
    }

    private static async Task<Report> RunAsync(
        DispatchDb db, List<TeamLine> lines, IReadOnlyList<ImportFault> unread, bool dryRun, Caller caller, CancellationToken cancellation)
    {
        await using var transaction = await db.BeginAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('import of teams'))", cancellation);
        var paths = await db.Regions.ToDictionaryAsync(region => region.Code, region => region.Path, cancellation);
        var wanted = lines.Select(line => line.ExternalId).Concat(lines.Select(line => line.Parent ?? "")).ToHashSet();
        var teams = await db.Teams.Where(team => wanted.Contains(team.ExternalId)).ToDictionaryAsync(team => team.ExternalId, cancellation);
        var named = lines.SelectMany(line => new[] { line.Captain, line.Liaison }).OfType<string>().ToHashSet();
        var people = await db.Volunteers.Where(volunteer => named.Contains(volunteer.ExternalId))
            .Select(volunteer => new { volunteer.ExternalId, volunteer.Id, volunteer.HomeRegion }).ToDictionaryAsync(volunteer => volunteer.ExternalId, cancellation);

        var faults = unread.ToList();
        var told = unread.Select(fault => (fault.Line, fault.Column)).ToHashSet();
        void Fault(TeamLine line, TableColumn column, string value, string message, string messageEn)
        {
            if (told.Add((line.Number, column.Heading))) // a cell that could not be read is not also missing
            {
                faults.Add(new(line.Number, column.Heading, value, message, messageEn));
            }
        }

        bool Mine(string region) => paths.TryGetValue(region, out var path) && caller.Commands(path);

        Guid? Person(TeamLine line, TableColumn column, string? number, Guid? now)
        {
            if (string.IsNullOrEmpty(number))
            {
                return number is null ? now : null;
            }

            if (people.TryGetValue(number, out var person) && (Mine(person.HomeRegion) || person.Id == now))
            {
                return person.Id;
            }

            Fault(line, column, number, "没有此志愿者，或不在您的辖区内", "no such volunteer, or not in your region");
            return now;
        }

        // First every team itself, then who stands above it: that one may be on a later line.
        var (inserted, existing) = (0, new HashSet<TeamLine>());
        foreach (var line in lines)
        {
            if (teams.TryGetValue(line.ExternalId, out var team))
            {
                if (!Mine(team.HomeRegion))
                {
                    Fault(line, TeamFile.ExternalId, line.ExternalId, "此编号不属于您的辖区", "this number does not belong to your region");
                    continue;
                }

                existing.Add(line);
                team.Name = line.Name ?? team.Name;
                team.KindName = line.KindName ?? (line.Kind is { } changed && changed != team.Kind ? TeamFile.KindNames[changed] : team.KindName);
                team.Kind = line.Kind ?? team.Kind;
            }
            else if (line is { Name: { } name, Kind: { } kind, RegionCode: { } region })
            {
                team = new Team { Id = Guid.CreateVersion7(), ExternalId = line.ExternalId, Name = name, Kind = kind, KindName = line.KindName ?? TeamFile.KindNames[kind], HomeRegion = region };
                teams.Add(line.ExternalId, team);
                db.Teams.Add(team);
                inserted++;
            }
            else
            {
                foreach (var (column, missing) in new[] { (TeamFile.Name, line.Name is null), (TeamFile.Kind, line.Kind is null), (TeamFile.Region, line.RegionCode is null) })
                {
                    if (missing)
                    {
                        Fault(line, column, "", "新队伍须填写此项", "needed for a team that is not there yet");
                    }
                }

                continue;
            }

            if (line.RegionCode is { } home)
            {
                team.HomeRegion = home;
                if (!Mine(home))
                {
                    Fault(line, TeamFile.Region, home, "没有此属地，或不在您的辖区内", "no such region, or not in your region");
                }
            }

            team.CaptainId = Person(line, TeamFile.Captain, line.Captain, team.CaptainId);
            team.LiaisonId = Person(line, TeamFile.Liaison, line.Liaison, team.LiaisonId);
        }

        var parents = new Dictionary<Guid, Guid?>();
        foreach (var line in lines.Where(line => line.Parent is not null && teams.ContainsKey(line.ExternalId)))
        {
            var above = line.Parent!.Length == 0 ? null : teams.GetValueOrDefault(line.Parent);
            if (line.Parent.Length > 0 && (above is null || above.ExternalId == line.ExternalId || !Mine(above.HomeRegion)))
            {
                Fault(line, TeamFile.Parent, line.Parent, "没有此队伍，或不在您的辖区内", "no such team, or not in your region");
            }
            else
            {
                parents[teams[line.ExternalId].Id] = above?.Id;
            }
        }

        var byId = teams.Values.ToDictionary(team => team.Id);
        Guid? ParentOf(Guid? team) => team is { } id && byId.TryGetValue(id, out var known) ? parents.GetValueOrDefault(id, known.ParentId) : null;
        foreach (var line in lines.Where(line => teams.TryGetValue(line.ExternalId, out var team) && ParentOf(ParentOf(team.Id)) is not null))
        {
            Fault(line, TeamFile.Parent, line.Parent ?? "", "分队之下不能再设分队", "a sub-team has no sub-teams");
        }

        var updated = existing.Select(line => teams[line.ExternalId]).Count(team => db.Entry(team).State == EntityState.Modified || ParentOf(team.Id) != team.ParentId);
        if (faults.Count == 0 && !dryRun)
        {
            await db.SaveChangesAsync(cancellation); // all teams are there before any stands under another
            foreach (var (team, parent) in parents)
            {
                byId[team].ParentId = parent;
            }

            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }

        return new(dryRun, lines.Count, inserted, updated, existing.Count - updated, [.. faults.OrderBy(fault => fault.Line)]);
    }
}
