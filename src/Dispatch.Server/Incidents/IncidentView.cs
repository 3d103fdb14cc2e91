using System.Text.Json.Serialization;
using Dispatch.Geo;
using Dispatch.Server.Callouts;
using Dispatch.Server.Channels;
using Dispatch.Server.MutualAid;
using Dispatch.Server.Policies;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Incidents;

/// <summary>An incident as operators see it: docs/wire.md, "Incidents".</summary>
internal sealed record IncidentView(
    Guid Id, string Category, string Class, string? Grade, string? Warning, string? ResponseLevel, string Risk, string Address,
    double Longitude, double Latitude, IncidentView.RegionPart Region, IncidentView.DistrictPart District, string[] RegionNames, string TimeZone,
    IncidentState State, bool Calling, bool Hazardous, bool LifeCritical, short FirstRing, double AnswerWithinSeconds, int RadiusMetres,
    DateTimeOffset RaisedAt, IncidentView.Person RaisedBy, DateTimeOffset? EndedAt, long LastFact, IReadOnlyList<NeedView> Needs)
{
    internal sealed record RegionPart(string Code, string Name, string? NameEn, string Path, short Level, string LevelName);

    internal sealed record DistrictPart(string Code, string Name);

    internal sealed record Person(Guid Id, string? Name);

    /// <summary>Absent in the fact that raises the incident: they come as facts of their own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CalloutView>? Callouts { get; init; }

    /// <summary>演练.</summary>
    public bool Drill { get; init; }

    /// <summary>The mode its plan is from; the rest of that plan beyond what stands above.</summary>
    public Mode Mode { get; init; }

    public PlanPart? Plan { get; init; }

    /// <summary>Codes of the commands it reaches into, when they are several: the district is then their common superior.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Touched { get; init; }

    /// <summary>The same commands by name, the place's own first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DistrictPart>? Commands { get; init; }

    /// <summary>Further points and the corners of the area it was raised with, in WGS-84; each [longitude, latitude].</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double[]>? AlsoAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double[]>? Area { get; init; }

    /// <summary>自荐: how many offered to come and wait for the operator's word.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int OpenOffers { get; init; }

    internal sealed record PlanPart(
        short LastRing, double ArriveWithinSeconds, double TargetProbability, short? AlertBudget, double? RestFloorSeconds, string? QuietFrom, string? QuietTo, AidAsked Aid);

    /// <summary>Reads incidents with their call-outs in a handful of queries, whatever their number.</summary>
    public static async Task<IReadOnlyList<IncidentView>> ReadAsync(DispatchDb db, IQueryable<Incident> incidents, CancellationToken cancellation)
    {
        var rows = await incidents.AsNoTracking().ToListAsync(cancellation);
        var ids = rows.ConvertAll(incident => incident.Id);
        var regionCodes = rows.SelectMany(incident => new[] { incident.Region, incident.District }.Concat(Codes(incident.Touched) ?? [])).Distinct().ToList();
        var regions = await db.Regions.Where(region => regionCodes.Contains(region.Code))
            .Select(region => new RegionPart(region.Code, region.Name, region.NameEn, region.Path, region.Level, region.LevelName)).ToDictionaryAsync(region => region.Code, cancellation);
        var classes = await db.Categories.Select(category => new { category.Key, category.Class }).ToDictionaryAsync(category => category.Key, category => category.Class, cancellation);
        var raisedBy = rows.Select(incident => incident.RaisedBy).Distinct().ToList();
        var names = await db.Accounts.Where(account => raisedBy.Contains(account.Id)).ToDictionaryAsync(account => account.Id, account => account.Name, cancellation);
        var needs = (await db.Needs.Where(need => ids.Contains(need.IncidentId))
            .Join(db.Qualifications, need => need.QualificationId, qualification => qualification.Id, (need, qualification) => new { need, qualification })
            .AsNoTracking().ToListAsync(cancellation)).ToLookup(pair => pair.need.IncidentId, pair => NeedView.Of(pair.need, pair.qualification));
        var offers = await db.SelfOffers.Where(offer => ids.Contains(offer.IncidentId) && offer.State == SelfOfferState.Open)
            .GroupBy(offer => offer.IncidentId).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, cancellation);
        var callouts = (await db.Callouts.Where(callout => ids.Contains(callout.IncidentId))
            .Join(db.Volunteers, callout => callout.VolunteerId, volunteer => volunteer.Id, (callout, volunteer) => new
            {
                callout,
                volunteer.Name,
                Messages = db.ChannelMessages.Where(message => message.CalloutId == callout.Id).ToList(), // joined: one query all the same
            })
            .AsNoTracking().ToListAsync(cancellation)).ToLookup(pair => pair.callout.IncidentId, pair => CalloutView.Of(pair.callout, pair.Name) with { Channels = ChannelView.Of(pair.Messages) });
        var captainIds = callouts.SelectMany(own => own).Select(callout => callout.AnsweredBy?.By.Id).OfType<Guid>().Distinct().ToList();
        var captains = captainIds.Count == 0 ? [] : await db.Volunteers.Where(volunteer => captainIds.Contains(volunteer.Id)).ToDictionaryAsync(volunteer => volunteer.Id, volunteer => volunteer.Name, cancellation);
        CalloutView Named(CalloutView callout) =>
            callout.AnsweredBy is { } answer ? callout with { AnsweredBy = answer with { By = answer.By with { Name = captains.GetValueOrDefault(answer.By.Id) } } } : callout;

        return rows.ConvertAll(incident => Of(
            incident, classes[incident.Category], regions[incident.Region], regions[incident.District].Name, names.GetValueOrDefault(incident.RaisedBy),
            [.. needs[incident.Id].OrderBy(need => need.Ordinal)]) with
        {
            OpenOffers = offers.GetValueOrDefault(incident.Id),
            Commands = Codes(incident.Touched)?.ConvertAll(code => new DistrictPart(code, regions[code].Name)),
            Callouts = [.. callouts[incident.Id].OrderBy(callout => callout.Wave).ThenBy(callout => callout.NeedOrdinal).ThenBy(callout => callout.Ring).ThenBy(callout => callout.Rank).Select(Named)],
        });
    }

    public static IncidentView Of(Incident incident, string @class, RegionPart region, string district, string? raisedBy, IReadOnlyList<NeedView> needs)
    {
        var place = Position.Of(incident.Location);
        return new(
            incident.Id, incident.Category, @class, incident.Grade, incident.Warning, incident.ResponseLevel, incident.Risk, incident.Address,
            place.Longitude, place.Latitude, region, new(incident.District, district), incident.RegionNames, incident.RegionZone,
            incident.State, incident.Calling, incident.Hazardous, incident.LifeCritical, incident.FirstRing, incident.AnswerWithin.TotalSeconds, incident.RadiusMetres,
            incident.RaisedAt, new(incident.RaisedBy, raisedBy), incident.EndedAt, incident.LastFact, needs)
        {
            Drill = incident.Drill,
            Mode = incident.Mode,
            Touched = Codes(incident.Touched),
            AlsoAt = Pairs(incident.AlsoAt),
            Area = Pairs(incident.Area),
            Plan = new(
                incident.LastRing, incident.ArriveWithin.TotalSeconds, incident.TargetProbability, incident.AlertBudget, incident.RestFloor?.TotalSeconds,
                LineView.Clock(incident.QuietFrom), LineView.Clock(incident.QuietTo), incident.Aid),
        };
    }

    public static List<string>? Codes(string[]? touched) => touched?.Select(path => path.Split('.')[^1]).ToList();

    public static List<double[]>? Pairs(double[]? flat) => flat?.Chunk(2).ToList();

    public static async Task<IncidentView> ReadAsync(DispatchDb db, Guid id, CancellationToken cancellation) =>
        (await ReadAsync(db, db.Incidents.Where(incident => incident.Id == id), cancellation))[0];
}

internal sealed record NeedView(short Ordinal, string Qualification, string Name, string NameEn, short Count, short Filled, short Ring, bool Exhausted)
{
    public static NeedView Of(Need need, Qualification qualification) =>
        new(need.Ordinal, qualification.Key, qualification.Name, qualification.NameEn, need.Count, need.Filled, need.Ring, need.Exhausted);
}
