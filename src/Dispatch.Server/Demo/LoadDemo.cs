using System.Diagnostics;
using Dispatch.Geo.Matching;
using Dispatch.Server.Access;
using Dispatch.Server.Regions;
using Dispatch.Server.Volunteers;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Dispatch.Server.Demo;

/// <summary>
/// Fills an empty database with the demo, once, in one transaction: regions and volunteers by the code that imports users' files, then what no
/// file says: teams, duty, sign-ins. Asked for by --Demo:Load=true; a database that holds any region is left alone.
/// </summary>
internal static partial class LoadDemo
{
    public const string DefaultPassword = "dispatch-demo";

    private static readonly (string Username, string Name, string Region)[] Operators =
    [
        ("futian", "福田区应急指挥席", "440304"), ("luohu", "罗湖区应急指挥席", "440303"), ("nanshan", "南山区应急指挥席", "440305"),
        ("longhua", "龙华区应急指挥席", "440309"), ("shenzhen", "深圳市值班席", "4403"),
    ];

    public static async Task RunAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        if (!configuration.GetValue<bool>("Demo:Load"))
        {
            return;
        }

        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Dispatch.Demo");
        var password = configuration["Demo:Password"] ?? DefaultPassword;
        var watch = Stopwatch.StartNew();
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // Two nodes may start on one empty database: the second waits here and finds it filled.
        await ExecuteAsync(connection, "SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '120s'", cancellation);
        await ExecuteAsync(connection, "SELECT pg_advisory_xact_lock(hashtext('load the demo'))", cancellation);
        if (await HasRegionsAsync(connection, cancellation))
        {
            AlreadyThere(log);
        }
        else
        {
            var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(services.GetRequiredService<TimeProvider>().GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")).DateTime);
            await FillAsync(connection, services.GetRequiredService<PersonalData>(), today, services.GetRequiredService<IPasswordHasher<Account>>().HashPassword(null!, password), cancellation);
            await transaction.CommitAsync(cancellation);
            // The plans of the first minutes depend on it. Not what is still empty: a table known to hold nothing is planned to be read whole, and a
            // statement that is planned once would go on doing so while incidents fill it.
            await ExecuteAsync(connection, "ANALYZE regions, volunteers, consents, certificates, insurances, weekly_hours, candidates, teams, team_members, accounts", cancellation);
            Loaded(log, DemoRoster.VolunteerCount, watch.ElapsedMilliseconds);
        }

        if (configuration["Data:Folder"] is { } folder && Directory.Exists(folder))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "demo.txt"), SignIns(password), cancellation);
        }
    }

    /// <summary>What a newcomer needs to get in; ./dev up prints it.</summary>
    private static string SignIns(string password) => $"""
        Console (password {password}):
          futian    Futian district command 福田区 (start here)
          luohu, nanshan, longhua    the neighbouring districts; they lend people (增援, docs/mutual-aid.md)
          shenzhen  the city's duty desk 深圳市
        Phone page: activation codes DEMO-0001 to DEMO-{DemoRoster.HandPhones:0000}, each works once; or user v0001 to v{DemoRoster.VolunteerCount:0000} with the same password
        All people are invented and all boundaries are schematic (示意图).

        """;

    private static async Task FillAsync(NpgsqlConnection connection, PersonalData personal, DateOnly today, string passwordHash, CancellationToken cancellation)
    {
        var regions = DemoRegions.Read();
        var plan = RegionPlan.Make(regions, new Dictionary<string, RegionRow>(), commandPath: null, "schematic");
        await RegionWriter.WriteAsync(connection, Sound(plan, plan.Faults.Select(fault => fault.MessageEn)), cancellation);

        var roster = DemoRoster.Invent(today, regions, await RosterReader.QualificationsAsync(connection, cancellation));
        await ExecuteAsync(connection, """
            INSERT INTO teams (id, external_id, name, kind, kind_name, home_region, parent_id)
            SELECT md5('demo team ' || n.external_id)::uuid, n.external_id, n.name, n.kind, n.kind_name, n.region, md5('demo team ' || n.parent)::uuid
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS n (external_id, name, kind, kind_name, region, parent)
            """, cancellation, [.. new Func<DemoTeam, string?>[] { t => t.ExternalId, t => t.Name, t => t.Kind, t => t.KindName, t => t.RegionCode, t => t.Parent }
                .Select(value => (object)roster.Teams.Select(value).ToArray())]);

        var people = RosterPlan.Make(roster.Volunteers, await RosterReader.ReadAsync(connection, roster.Volunteers, personal, cancellation), "44", Guid.CreateVersion7);
        await RosterWriter.WriteAsync(connection, Sound(people, people.Faults.Select(fault => fault.MessageEn)), personal, Gates.FixFreshFor, cancellation);
        await AvailabilityAsync(connection, roster, cancellation);
        await ExecuteAsync(connection, """
            UPDATE teams t SET captain_id = (first.able)[1], liaison_id = coalesce((first.able)[2], (first.able)[1])
            FROM (SELECT m.team_id, array_agg(v.id ORDER BY v.external_id) AS able FROM team_members m JOIN volunteers v ON v.id = m.volunteer_id
                  WHERE v.fitness = 'fit' AND v.assessment = 'passed' GROUP BY m.team_id) AS first
            WHERE first.team_id = t.id
            """, cancellation);
        // The brigade's members are those of its sub-teams; the two who speak for it are the first captains among them.
        await ExecuteAsync(connection, """
            UPDATE teams t SET captain_id = (sub.captains)[1], liaison_id = (sub.captains)[2]
            FROM (SELECT parent_id, array_agg(captain_id ORDER BY external_id) AS captains FROM teams WHERE parent_id IS NOT NULL GROUP BY parent_id) AS sub
            WHERE sub.parent_id = t.id
            """, cancellation);
        await AccountsAsync(connection, passwordHash, cancellation);
        await MutualAidAsync(connection, cancellation);
    }

    private static async Task AvailabilityAsync(NpgsqlConnection connection, DemoRoster roster, CancellationToken cancellation)
    {
        var hours = roster.Availability.SelectMany(one => one.Value.Hours.Select(span => (Id: one.Key, span.Weekday, span.From, span.To))).ToList();
        await ExecuteAsync(connection, """
            INSERT INTO weekly_hours (volunteer_id, weekday, from_time, to_time)
            SELECT v.id, n.weekday, n.from_time, n.to_time FROM unnest($1::text[], $2::smallint[], $3::time[], $4::time[]) AS n (external_id, weekday, from_time, to_time)
            JOIN volunteers v USING (external_id)
            """, cancellation, hours.Select(span => span.Id).ToArray(), hours.Select(span => span.Weekday).ToArray(), hours.Select(span => span.From).ToArray(), hours.Select(span => span.To).ToArray());
        await ExecuteAsync(connection, "UPDATE volunteers v SET duty = n.duty FROM unnest($1::text[], $2::text[]) AS n (external_id, duty) WHERE v.external_id = n.external_id",
            cancellation, roster.Availability.Keys.ToArray(), roster.Availability.Values.Select(one => one.Duty).ToArray());
        await ExecuteAsync(connection, "SELECT refresh_candidates(array_agg(id ORDER BY id), now() - $1) FROM volunteers", cancellation, Gates.FixFreshFor);
    }

    private static async Task AccountsAsync(NpgsqlConnection connection, string passwordHash, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, """
            INSERT INTO accounts (id, username, password_hash, role, name, region)
            SELECT gen_random_uuid(), n.username, $4, 'operator', n.name, n.region FROM unnest($1::text[], $2::text[], $3::text[]) AS n (username, name, region)
            """, cancellation, Operators.Select(one => one.Username).ToArray(), Operators.Select(one => one.Name).ToArray(), Operators.Select(one => one.Region).ToArray(), passwordHash);

        // One hash for all of them: two thousand would take minutes, and it is the demo's password anyway.
        await ExecuteAsync(connection, """
            INSERT INTO accounts (id, username, password_hash, role, name, volunteer_id)
            SELECT gen_random_uuid(), lower(external_id), $1, 'volunteer', name, id FROM volunteers
            """, cancellation, passwordHash);

        var codes = Enumerable.Range(1, DemoRoster.HandPhones).ToList();
        await ExecuteAsync(connection, """
            INSERT INTO activation_codes (code_hash, volunteer_id, expires_at)
            SELECT n.hash, v.id, now() + interval '1 year' FROM unnest($1::bytea[], $2::text[]) AS n (hash, external_id) JOIN volunteers v USING (external_id)
            """, cancellation, codes.Select(code => ActivatePhone.Hash($"DEMO-{code:0000}")).ToArray(), codes.Select(code => DemoRoster.ExternalId(DemoRoster.FirstHandPhone + code - 1)).ToArray());
    }

    /// <summary>What a newcomer needs to see mutual aid: an agreement, one proposed and not yet accepted, and what the neighbours keep for themselves.</summary>
    private static Task MutualAidAsync(NpgsqlConnection connection, CancellationToken cancellation) => ExecuteAsync(connection, """
        INSERT INTO agreements (id, lender, borrower, both_ways, category, mode, valid_from, valid_until, proposed_by, proposed_for)
        SELECT gen_random_uuid(), n.lender, n.borrower, n.mutual, n.category, NULL, now(), now() + interval '1 year', a.id, n.missing
        FROM (VALUES ('440303', '440304', true, 'flood', NULL), ('440305', '440304', false, 'buildingCollapse', '440305')) AS n (lender, borrower, mutual, category, missing)
        JOIN accounts a ON a.username = CASE WHEN n.missing IS NULL THEN 'shenzhen' ELSE 'futian' END;
        INSERT INTO reserve_floors (id, region, qualification_id, count, location, place, within_metres)
        SELECT gen_random_uuid(), r.code, q.id, n.keep, ST_PointOnSurface(r.boundary)::geography, r.name || '中心', n.metres
        FROM (VALUES ('440303', 'rescue.emergencyMedical', 2, 6000), ('440303', 'rescue.diving', 1, 8000), ('440305', 'rescue.emergencyMedical', 3, 8000)) AS n (code, key, keep, metres)
        JOIN regions r USING (code) JOIN qualifications q USING (key);
        INSERT INTO region_orders (id, region, kind, at, by_id, after, reason)
        SELECT gen_random_uuid(), g.borrower, CASE WHEN g.proposed_for IS NULL THEN 'agreementMade' ELSE 'agreementProposed' END, now(), g.proposed_by,
               jsonb_build_object('lender', g.lender, 'borrower', g.borrower, 'bothWays', g.both_ways, 'category', g.category), '示例数据' FROM agreements g;
        """, cancellation);

    private static T Sound<T>(T plan, IEnumerable<string> faults) =>
        faults.FirstOrDefault() is { } fault ? throw new InvalidOperationException($"The demo is not what the import accepts: {fault}") : plan;

    private static async Task<bool> HasRegionsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM regions)", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Demo loaded: {Volunteers} volunteers in {Milliseconds} ms")]
    private static partial void Loaded(ILogger log, int volunteers, long milliseconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database holds regions already: the demo is not loaded again")]
    private static partial void AlreadyThere(ILogger log);
}
