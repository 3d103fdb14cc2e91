using System.Text.Json;
using Dispatch.Geo.Regions;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>An incident's record, open for writing under the row lock.</summary>
internal sealed class OpenRecord(DispatchDb db, Incident incident, DateTimeOffset now)
{
    private readonly List<Fact> facts = [];
    private readonly List<(Guid Volunteer, string Kind, Guid Callout)> notices = [];

    public DispatchDb Db => db;

    public Incident Incident => incident;

    /// <summary>The database's clock when the lock was held.</summary>
    public DateTimeOffset Now => now;

    /// <summary>The incident's region and all above it, when whoever opened the record has read them; null: to be read.</summary>
    public RegionTree? Regions { get; init; }

    public bool Moved { get; private set; }

    /// <summary>Kinds of the facts appended so far.</summary>
    public List<string> Written { get; } = [];

    /// <summary>Set when after the commit somebody may have to be asked or called up.</summary>
    public bool NeedsAsking { get; set; }

    /// <summary>Other incidents that could not be read: this one does without them.</summary>
    public IReadOnlySet<Guid> Apart { get; init; } = new HashSet<Guid>();

    /// <summary>Other incidents that may ask somebody after the commit, because this one left him to them.</summary>
    public HashSet<Guid> OthersToAsk { get; } = [];

    public IReadOnlyCollection<Guid> Notified { get; private set; } = [];

    public NpgsqlConnection Connection => (NpgsqlConnection)db.Database.GetDbConnection();

    public NpgsqlTransaction Transaction => (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();

    public void Append(FactKind kind, Actor by, object? data = null, Guid? calloutId = null, Guid? commandId = null, DateTimeOffset? at = null)
    {
        facts.Add(new Fact
        {
            IncidentId = incident.Id,
            Number = incident.NextFact(now),
            Kind = kind.ToString(),
            At = at ?? now,
            ByKind = by.Kind,
            ById = by.Id,
            CalloutId = calloutId,
            CommandId = commandId,
            Data = data is null ? "{}" : JsonSerializer.Serialize(data, Json.Options),
        });
        Moved = true;
        Written.Add(kind.ToString());
    }

    /// <summary>Puts a line into the volunteer's inbox; it is numbered when the record is written.</summary>
    public void Notify(Guid volunteer, string kind, Guid callout) => notices.Add((volunteer, kind, callout));

    /// <summary>What was already carried out under this id: a repeat changes nothing, and another order under the same id is refused.</summary>
    public Task<Fact?> FindOrderAsync(Guid commandId, CancellationToken cancellation) =>
        db.Facts.AsNoTracking().SingleOrDefaultAsync(fact => fact.IncidentId == incident.Id && fact.CommandId == commandId, cancellation);

    /// <summary>Writes what has changed so far and reads the volunteer's card as it will be after the commit.</summary>
    public async Task<Card> CardAsync(Guid calloutId, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        return await Card.ReadAsync(Connection, calloutId, cancellation);
    }

    /// <summary>State first, then the facts and the inbox items in one round trip.</summary>
    internal async Task WriteAsync(CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        await using var batch = new NpgsqlBatch(Connection, Transaction);
        if (facts.Count > 0)
        {
            batch.BatchCommands.Add(Fact.Append(facts));
        }

        if (notices.Count > 0)
        {
            batch.BatchCommands.Add(Inbox.Append(incident.Id, now, notices));
            Notified = notices.Select(notice => notice.Volunteer).Distinct().ToList();
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
    }
}
